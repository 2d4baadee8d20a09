"""GLSL fragment shaders of garments, spectacles and teeth; patterns are numbered in `garments`."""

SURFACE = """
vec4 surface(vec3 alb, vec3 n, vec4 ao, float rough, float shine) {
  vec3 v = normalize(u_eye - v_position); float sh = shadow(v_position, n) * gobo(v_position);
  vec3 l = u_key_colour * clamp((dot(n, u_key) + .1 + u_wrap) / (1.1 + u_wrap), 0., 1.) * sh + ambient(n) *
      ao.x + u_fill_colour * max(dot(n, u_fill) * .7 + .3, 0.) * open_to(ao, u_fill);
  l += u_rim_colour * max(dot(n, u_rim), 0.) * open_to(ao, u_rim) + u_kick_colour * max(dot(n, u_kick), 0.) *
      open_to(ao, u_kick);
  vec3 c = alb * l + u_key_colour * sh * ggx(n, u_key, v, rough, .045) * shine + u_fill_colour * ggx(n, u_fill,
      v, rough, .045) * shine * .8;
  c += (u_rim_colour * ggx(n, u_rim, v, rough, .045) * open_to(ao, u_rim) + u_kick_colour * ggx(n, u_kick, v,
      rough, .045) * open_to(ao, u_kick)) * shine;
  float f = pow(1. - abs(dot(n, v)), 3.);
  c += (alb * .5 + .015) * f * (ambient(n) * ao.x + u_rim_colour * .1) + ambient(reflect(-v, n)) * .04 * shine;
  return develop(c);
}
"""
CLOTH = (
    SURFACE
    + """
uniform vec3 u_c1; uniform vec3 u_c2; uniform vec3 u_c3; uniform vec3 u_c4; uniform vec3 u_tie; uniform vec4 u_cloth;
/* pattern, tie, zip, extra */
float folds(vec3 r) { return texture(u_noise, r * .055).r + .5 * texture(u_noise, r * .13).g; }
void main() {
  vec3 n = normalize(v_normal); if (!gl_FrontFacing) n = -n; vec3 r = v_rest; vec4 ao = v_occlusion;
  float region = v_mask.x, ax = abs(r.x);
  vec3 alb = region < .5 ? u_c1 : region < 1.5 ? u_c2 : region < 2.5 ? u_c3 : u_c4; float rough = .8, shine = .3;
  float f0 = folds(r);
  n = normalize(n - vec3(folds(r + vec3(.15, 0, 0)) - f0, folds(r + vec3(0, .15, 0)) - f0, 0) * 1.6);
  bool extra = u_cloth.w > .5, main_cloth = region < .5 || (region > 1.5 && region < 2.5) || extra;
  if (u_cloth.y > .5 && region > .5 && region < 1.5 && r.z > .2 && ax < .085 + .012 * (6. - r.y) * 3. &&
      r.y < 5.95) { alb = u_tie;
  rough = .5; shine = .6; n = normalize(n + vec3(r.x * 2.5, 0, 0)); }
  float lapel_in = .04 + (r.y - 3.3) * .215, lapel_out = r.y < 5.25 ? .12 + (r.y - 3.3) *
      .44 : .98 - (r.y - 5.25) * .4;
#if PATTERN == 1
  if (main_cloth) { float s = sin((extra ? atan(r.x, r.z - .2) * 4.6 : r.x * 3.1) * 6.2832); float k = sqrt(abs(s));
  float w = sin(r.y * 30. + abs(s) * 2.2); alb *= (.52 + .45 * k) + .07 * w;
  n = normalize(n + vec3(cos((extra ? atan(r.x, r.z - .2) * 4.6 : r.x * 3.1) * 6.2832) * .4 * sign(s), w * .15, 0)); }
#elif PATTERN == 2
  if (region < .5) { alb *= .94 + .06 * sin((r.x + r.y) * 90.); float e = abs(ax - lapel_out);
  if (u_cloth.y > .5 && r.z > .3 && r.y > 3.3 && r.y < 5.9) alb *= (ax > lapel_in &&
      ax < lapel_out ? 1.22 : 1.) * (1. - .55 * smoothstep(.05, .0, e));
  }
#elif PATTERN == 3
  if (main_cloth) { rough = .34; shine = 2.6; float p = texture(u_noise, r * vec3(.35, .16, .35)).g;
  n = normalize(n + vec3(texture(u_noise, r * .4).rg - .5, 0) * .35); alb *= .85 + .3 * p; }
  if (u_cloth.z > .5 && region < .5 && r.z > .3 && ax > .2 && ax < 1.7) { float d = abs(r.x * .55 + r.y - 4.0);
  if (ax > .5 && r.x > 0. && d < .045) { alb = vec3(.75); rough = .25; shine = 2.; } }
  if (u_cloth.z > .5 && region > 1.5 && region < 2.5 && r.z > .5 && ax < .12 + (r.y - 3.5) * .14 && r.y < 5.6 &&
      !extra) { alb = vec3(.8, .8, .82) * (.6 + .4 * step(0., sin(r.y * 60.)));
  rough = .25; shine = 2.; }
#elif PATTERN == 4
  { float a = atan(r.x, r.z); alb *= .75 + .5 * abs(sin((extra ? a * 13. : r.x * 16.))); rough = .7; shine = .35;
  n = normalize(n + vec3(cos((extra ? a * 26. : r.x * 32.)) * .3, 0, 0)); }
#elif PATTERN == 5
  if (region < .5 && r.z > .3 && r.y > 3.3 && r.y < 5.9 && ax > lapel_in && ax < lapel_out) { rough = .3; shine = 2.4;
  alb *= 1.6; }
  if (region > .5 && region < 1.5 && r.z > .3 && ax < .05 && r.y < 5.5) { float b = length(vec2(r.x, mod(r.y,
      .42) - .21));
  if (b < .045) alb = vec3(.01); }
  if (extra) { rough = .35; shine = 1.8; }
#elif PATTERN == 6
  if (main_cloth) { float t = texture(u_noise, r * .5).r; alb *= .9 + .2 * t; rough = .7; if (extra) alb *= .86;
    if (!extra && r.z > .2 && r.y < 4.3) { vec2 b = vec2(ax - .62, mod(r.y, 1.05) - .5);
    if (length(b) < .095) alb = vec3(.03, .02, .012); }
    if (!extra && r.y > 2.0 && r.y < 2.38) { alb *= .62;
    if (r.z > .4 && abs(ax - .2) < .16 && abs(r.y - 2.19) < .14) alb = vec3(.10, .06, .03); } }
#elif PATTERN == 7
  if (main_cloth) { rough = .42; shine = .9; if (!extra && r.x + (r.y - 4.2) * .55 > 0.) alb = u_c2;
  if (!extra && abs(r.x + (r.y - 4.2) * .55) < .10) alb = vec3(.02);
  if (extra) alb = mix(alb, u_c2, step(0., sin(atan(r.x, r.z - .1) * 7.)) * .85); }
#else
  alb *= .96 + .08 * texture(u_noise, r * .3).g; if (region < .5 && r.z > .6 && ax < .03 && r.y < 5.2) alb *= .8;
#endif
  colour = surface(alb, n, ao, rough, shine);
}
"""
)
TEETH = (
    SURFACE
    + """
void main() { vec3 n = normalize(v_normal); vec4 ao = v_occlusion; ao.x *= .6; ao.yzw *= .6;
colour = surface(vec3(.66, .62, .55), n, ao, .3, .5); }
"""
)
METAL = (
    SURFACE
    + """
uniform vec3 u_c1;
void main() { colour = surface(u_c1, normalize(v_normal), v_occlusion, .28, 1.); }
"""
)
