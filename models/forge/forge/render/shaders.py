"""GLSL of the portrait renderer. One program per material: llvmpipe executes every branch of a uniform `if`."""

VERTEX = """#version 330
uniform mat4 u_camera;
in vec3 in_position; in vec3 in_normal; in vec3 in_rest; in vec4 in_occlusion; in vec4 in_mask; in vec4 in_mask2;
out vec3 v_position; out vec3 v_normal; out vec3 v_rest; out vec4 v_occlusion; out vec4 v_mask; out vec4 v_mask2;
void main() {
  v_position = in_position; v_normal = in_normal; v_rest = in_rest; v_occlusion = in_occlusion; v_mask = in_mask; v_mask2 = in_mask2;
  gl_Position = u_camera * vec4(in_position, 1);
}
"""
DEPTH_VERTEX = """#version 330
uniform mat4 u_camera; in vec3 in_position;
void main() { gl_Position = u_camera * vec4(in_position, 1); }
"""
DEPTH_FRAGMENT = "#version 330\nvoid main() {}\n"
STRAND_VERTEX = """#version 330
uniform mat4 u_camera; uniform vec3 u_eye; uniform float u_minimum; uniform float u_widen;
in vec3 in_position; in vec3 in_tangent; in vec4 in_strand; in vec3 in_normal; in vec4 in_occlusion;  // strand: side, width, t, random
out vec3 v_position; out vec3 v_tangent; out vec3 v_normal; out vec4 v_occlusion; out vec2 v_strand;
void main() {
  vec3 view = normalize(u_eye - in_position);
  float width = max(in_strand.y * u_widen, u_minimum * step(1e-5, in_strand.y) * .55);
  vec3 p = in_position + normalize(cross(in_tangent, view)) * in_strand.x * width;
  v_position = p; v_tangent = in_tangent; v_normal = in_normal; v_occlusion = in_occlusion; v_strand = in_strand.zw;
  gl_Position = u_camera * vec4(p, 1);
}
"""
# Key light with a soft shadow map, directional occlusion for the other lights, GGX highlights, filmic curve.
LIGHT = """
uniform vec3 u_eye; uniform vec3 u_key; uniform vec3 u_key_colour; uniform vec3 u_fill; uniform vec3 u_fill_colour;
uniform vec3 u_rim; uniform vec3 u_rim_colour; uniform vec3 u_kick; uniform vec3 u_kick_colour; uniform vec3 u_sky; uniform vec3 u_ground;
uniform float u_exposure; uniform float u_wrap; uniform mat4 u_shadow_camera; uniform sampler2DShadow u_shadow_map; uniform float u_softness;
uniform vec4 u_gobo; uniform sampler3D u_noise;
const vec2 DISC[12] = vec2[12](vec2(-.326,-.406), vec2(-.840,-.074), vec2(-.696,.457), vec2(-.203,.621), vec2(.962,-.195), vec2(.473,-.480),
  vec2(.519,.767), vec2(.185,-.893), vec2(.507,.064), vec2(.896,.412), vec2(-.322,-.933), vec2(-.792,-.598));
float shadow(vec3 p, vec3 n) {
  vec3 c = (u_shadow_camera * vec4(p + n * .035, 1)).xyz * .5 + .5;
  if (any(lessThan(c, vec3(0))) || any(greaterThan(c, vec3(1)))) return 1.;
  float a = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5) * 6.283, ca = cos(a), sa = sin(a), s = 0.;
  for (int i = 0; i < TAPS; i++) s += texture(u_shadow_map, vec3(c.xy + mat2(ca, sa, -sa, ca) * DISC[i] * u_softness, c.z - .0014));
  return s / float(TAPS);
}
float gobo(vec3 p) {
#if GOBO == 1
  vec2 g = ((u_shadow_camera * vec4(p, 1)).xy + u_gobo.xy) * u_gobo.z; float c = cos(u_gobo.w), s = sin(u_gobo.w); g = mat2(c, s, -s, c) * g;
  vec2 f = abs(fract(g) - .5); vec2 b = abs(g / vec2(1.5, 2.));
  return mix(.05, 1., smoothstep(.47, .36, max(f.x, f.y)) * smoothstep(1.03, .97, max(b.x, b.y)));
#else
  return 1.;
#endif
}
float open_to(vec4 ao, vec3 d) { return clamp(.55 * ao.x + .75 * dot(ao.yzw, d) + .15, 0., 1.); }
vec3 ambient(vec3 n) { return mix(u_ground, u_sky, n.y * .5 + .5); }
float ggx(vec3 n, vec3 l, vec3 v, float r, float f0) {
  vec3 h = normalize(l + v); float nh = max(dot(n, h), 0.), nl = max(dot(n, l), 0.), nv = max(dot(n, v), .05), vh = max(dot(v, h), 0.);
  float a2 = r * r * r * r, d = nh * nh * (a2 - 1.) + 1., k = (r + 1.) * (r + 1.) / 8.;
  return a2 / (d * d) * nl / ((nl * (1. - k) + k) * (nv * (1. - k) + k) * 4.) * (f0 + (1. - f0) * pow(1. - vh, 5.));
}
vec4 develop(vec3 c) {
  c *= u_exposure; c = mix(vec3(dot(c, vec3(.25, .6, .15))), c, .93);
  c = (c * (2.3 * c + .08)) / (c * (2.2 * c + .72) + .16);
  return vec4(pow(clamp(c, 0., 1.), vec3(1. / 2.2)), 1);
}
"""
MESH_HEAD = """#version 330
#define TAPS 8
"""
MESH_INPUTS = """
in vec3 v_position; in vec3 v_normal; in vec3 v_rest; in vec4 v_occlusion; in vec4 v_mask; in vec4 v_mask2; out vec4 colour;
"""
SKIN = """
uniform vec3 u_tone; uniform vec3 u_lip; uniform vec3 u_hair; uniform vec4 u_skin; /* freckles, beard, gloss, age */ uniform vec4 u_face; /* lip y, eye y, make-up, shaved scalp */
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position), r = v_rest; vec4 ao = v_occlusion;
  float lip = v_mask.x, cheek = v_mask.y, nose = v_mask.z, ear = v_mask2.x, scalp = v_mask2.z, age = u_skin.w;
  float sh = shadow(v_position, n) * gobo(v_position);
  vec4 n1 = texture(u_noise, r * .55), n2 = texture(u_noise, r * 2.1), n3 = texture(u_noise, r * 6.3), n5 = texture(u_noise, r * vec3(2.6, 5.0, 3.));
  vec3 g = (n5.rgb - .5) * .5; n = normalize(n + (g - n * dot(g, n)) * (.10 + .45 * age * age) * (1. - .5 * lip));
  vec3 alb = u_tone * (.90 + .2 * n1.r) * (.95 + .1 * n2.g);
  float red = clamp(cheek * .5 + nose * .5 + ear * .5 + (n1.b - .5) * .5, 0., 1.); alb *= mix(vec3(1), vec3(1.05, .80, .77), red * .8);
  float socket = length((r - vec3(sign(r.x) * .30, u_face.y, 1.3)) * vec3(1., 1.25, .6)); alb *= mix(vec3(1), vec3(.84, .75, .76), smoothstep(.34, .12, socket) * (.35 + .6 * age));
  alb *= mix(vec3(1), vec3(.82, .7, .62), smoothstep(.57, .66, texture(u_noise, r * 1.3 + .7).g) * age * .35);
  float lm = smoothstep(.30, .62, lip + (n2.r - .5) * .1); vec3 lc = mix(u_tone * vec3(.80, .47, .47), u_lip, u_face.z); alb = mix(alb, lc * (.88 + .24 * texture(u_noise, r * vec3(9., 2., 3.)).r), lm * .85);
  float fr = smoothstep(.56, .68, texture(u_noise, r * 1.9 + .37).b * .55 + texture(u_noise, r * 4.1 + .11).b * .5 - .02) * .8;
  alb *= mix(vec3(1), vec3(.68, .52, .42), fr * exp(-pow((r.y - (u_face.x + .42)) / .32, 2.)) * smoothstep(.4, .9, r.z) * u_skin.x * .7);
  float yb = r.y - u_face.x, xb = abs(r.x);
  float jaw = smoothstep(.12 + .34 * xb, -.16 + .34 * xb, yb + (n2.r - .5) * .2) * smoothstep(-.95, -.55, yb) * smoothstep(.0, .35, r.z);
  float tache = smoothstep(.30, .22, yb) * smoothstep(.02, .07, yb) * smoothstep(.42, .30, xb) * step(.9, r.z);
  float burns = smoothstep(.16, .05, abs(r.z - .42)) * smoothstep(-.2, 0., yb) * smoothstep(.75, .5, yb) * step(.45, xb);
  float beard = max(max(jaw, tache), burns * .7) * (1. - lm) * u_skin.y; beard *= mix(.65 + .5 * n3.r, .9 + .2 * n3.r, smoothstep(.6, .9, u_skin.y));
  alb = mix(alb, u_hair * .75 + vec3(.010, .011, .013) * (1. - smoothstep(.6, .9, u_skin.y)), clamp(beard, 0., .95));
  alb = mix(alb, u_hair * .75 + .006, clamp(scalp * u_face.w, 0., .94) * (.8 + .3 * n3.g));
  float parting = smoothstep(.75, 1., scalp) * step(.1, u_face.w) * .5; sh = mix(sh, 1., parting); ao.x = max(ao.x, parting);
  vec3 w = vec3(.36, .21, .15) + u_wrap; float nl = dot(n, u_key), ng = dot(normalize(v_normal), u_key);
  vec3 dif = clamp((vec3(mix(nl, ng, .35), nl, nl) + w) / (1. + w), 0., 1.); dif *= dif * .35 + .65;
  vec3 aoc = mix(vec3(.20, .12, .09), vec3(1), pow(vec3(ao.x), vec3(.75, 1.05, 1.15)));
  vec3 light = u_key_colour * dif * pow(vec3(sh), vec3(.65, .95, 1.1)) + ambient(n) * aoc + u_fill_colour * clamp((dot(n, u_fill) + .35) / 1.35, 0., 1.) * open_to(ao, u_fill) * aoc;
  light += u_rim_colour * clamp(dot(n, u_rim) + .1, 0., 1.) * open_to(ao, u_rim) + u_kick_colour * clamp(dot(n, u_kick) + .1, 0., 1.) * open_to(ao, u_kick);
  vec3 c = alb * light; float gloss = u_skin.z * (.6 + .6 * nose + .35 * lm), rough = lm > .3 ? .32 : mix(.52, .38, clamp(gloss, 0., 1.));
  c += u_key_colour * sh * (ggx(n, u_key, v, rough, .03) * .6 + ggx(n, u_key, v, .62, .03) * .4) * gloss * .8;
  c += u_fill_colour * ggx(n, u_fill, v, .5, .03) * .4 * open_to(ao, u_fill) + (u_rim_colour * ggx(n, u_rim, v, .45, .04) * open_to(ao, u_rim) + u_kick_colour * ggx(n, u_kick, v, .45, .04) * open_to(ao, u_kick)) * .7;
  c += ambient(n) * pow(1. - max(dot(n, v), 0.), 4.) * .14 * ao.x; colour = develop(c);
}
"""
EYE = """
uniform vec3 u_c1; uniform vec3 u_c2; uniform vec3 u_c3; uniform vec4 u_iris; /* radius, pupil, seed */ uniform mat3 u_eye_rotation;
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position), d = normalize(v_rest); vec4 ao = v_occlusion;
  float c = acos(clamp(d.z, -1., 1.)), ir = u_iris.x, pu = u_iris.y, th = atan(d.y, d.x);
  float fib = texture(u_noise, vec3(th * .9, c * 1.2, u_iris.z)).g * .6 + texture(u_noise, vec3(th * 2.3, c * .6, u_iris.z + .4)).r * .4;
  vec3 iris = mix(u_c1, u_c2, smoothstep(.25, .75, fib)); iris = mix(iris * 1.2 + u_c3 * .25, iris, smoothstep(pu, ir * .75, c)) * mix(1., .22, smoothstep(ir * .78, ir, c));
  iris *= .8 + .7 * smoothstep(.3, -1., d.y / sin(ir));
  vec3 white = vec3(.74, .70, .68) * mix(1., .72, smoothstep(.5, 1.15, c)); white = mix(white, vec3(.70, .42, .40), .5 * smoothstep(.75, 1.2, abs(d.x) * 1.2));
  vec3 alb = mix(vec3(.004), mix(iris, white, smoothstep(ir - .035, ir + .035, c)), smoothstep(pu - .04, pu + .03, c));
  vec3 cn = n; if (c < ir * 1.15) cn = normalize(u_eye_rotation * normalize(vec3(d.xy * 1.9, d.z)));
  float a = smoothstep(0., .75, ao.x), sh = shadow(v_position, n) * gobo(v_position);
  vec3 light = u_key_colour * max(dot(n, u_key) * .75 + .25, 0.) * sh + ambient(n) * mix(.25, 1., a) + u_fill_colour * max(dot(n, u_fill) * .6 + .4, 0.) * mix(.3, 1., a);
  vec3 col = alb * light * mix(.45, 1., a), q = reflect(-v, cn), t = normalize(cross(u_key, vec3(0, 1, 0))), b = cross(t, u_key);
  float box = smoothstep(.32, .22, abs(dot(q, t))) * smoothstep(.36, .26, abs(dot(q, b))) * step(0., dot(q, u_key));
  col += u_key_colour * box * (.25 + .75 * sh) * .5 * smoothstep(.12, .4, ao.x) + u_fill_colour * pow(max(dot(q, u_fill), 0.), 60.) * .5 + ambient(q) * .05 * a;
  colour = develop(col);
}
"""
SURFACE = """
vec4 surface(vec3 alb, vec3 n, vec4 ao, float rough, float shine) {
  vec3 v = normalize(u_eye - v_position); float sh = shadow(v_position, n) * gobo(v_position);
  vec3 l = u_key_colour * clamp((dot(n, u_key) + .1 + u_wrap) / (1.1 + u_wrap), 0., 1.) * sh + ambient(n) * ao.x + u_fill_colour * max(dot(n, u_fill) * .7 + .3, 0.) * open_to(ao, u_fill);
  l += u_rim_colour * max(dot(n, u_rim), 0.) * open_to(ao, u_rim) + u_kick_colour * max(dot(n, u_kick), 0.) * open_to(ao, u_kick);
  vec3 c = alb * l + u_key_colour * sh * ggx(n, u_key, v, rough, .045) * shine + u_fill_colour * ggx(n, u_fill, v, rough, .045) * shine * .8;
  c += (u_rim_colour * ggx(n, u_rim, v, rough, .045) * open_to(ao, u_rim) + u_kick_colour * ggx(n, u_kick, v, rough, .045) * open_to(ao, u_kick)) * shine;
  float f = pow(1. - abs(dot(n, v)), 3.); c += (alb * .5 + .015) * f * (ambient(n) * ao.x + u_rim_colour * .1) + ambient(reflect(-v, n)) * .04 * shine; return develop(c);
}
"""
CLOTH = SURFACE + """
uniform vec3 u_c1; uniform vec3 u_c2; uniform vec3 u_c3; uniform vec3 u_c4; uniform vec3 u_tie; uniform vec4 u_cloth; /* pattern, tie, zip, extra */
float folds(vec3 r) { return texture(u_noise, r * .055).r + .5 * texture(u_noise, r * .13).g; }
void main() {
  vec3 n = normalize(v_normal); if (!gl_FrontFacing) n = -n; vec3 r = v_rest; vec4 ao = v_occlusion; float region = v_mask.x, ax = abs(r.x);
  vec3 alb = region < .5 ? u_c1 : region < 1.5 ? u_c2 : region < 2.5 ? u_c3 : u_c4; float rough = .8, shine = .3;
  float f0 = folds(r); n = normalize(n - vec3(folds(r + vec3(.15, 0, 0)) - f0, folds(r + vec3(0, .15, 0)) - f0, 0) * 1.6);
  bool extra = u_cloth.w > .5, main_cloth = region < .5 || (region > 1.5 && region < 2.5) || extra;
  if (u_cloth.y > .5 && region > .5 && region < 1.5 && r.z > .2 && ax < .085 + .012 * (6. - r.y) * 3. && r.y < 5.95) { alb = u_tie; rough = .5; shine = .6; n = normalize(n + vec3(r.x * 2.5, 0, 0)); }
  float lapel_in = .04 + (r.y - 3.3) * .215, lapel_out = r.y < 5.25 ? .12 + (r.y - 3.3) * .44 : .98 - (r.y - 5.25) * .4;
#if PATTERN == 1
  if (main_cloth) { float s = sin((extra ? atan(r.x, r.z - .2) * 4.6 : r.x * 3.1) * 6.2832); float k = sqrt(abs(s)); float w = sin(r.y * 30. + abs(s) * 2.2); alb *= (.52 + .45 * k) + .07 * w; n = normalize(n + vec3(cos((extra ? atan(r.x, r.z - .2) * 4.6 : r.x * 3.1) * 6.2832) * .4 * sign(s), w * .15, 0)); }
#elif PATTERN == 2
  if (region < .5) { alb *= .94 + .06 * sin((r.x + r.y) * 90.); float e = abs(ax - lapel_out); if (u_cloth.y > .5 && r.z > .3 && r.y > 3.3 && r.y < 5.9) alb *= (ax > lapel_in && ax < lapel_out ? 1.22 : 1.) * (1. - .55 * smoothstep(.05, .0, e)); }
#elif PATTERN == 3
  if (main_cloth) { rough = .34; shine = 2.6; float p = texture(u_noise, r * vec3(.35, .16, .35)).g; n = normalize(n + vec3(texture(u_noise, r * .4).rg - .5, 0) * .35); alb *= .85 + .3 * p; }
  if (u_cloth.z > .5 && region < .5 && r.z > .3 && ax > .2 && ax < 1.7) { float d = abs(r.x * .55 + r.y - 4.0); if (ax > .5 && r.x > 0. && d < .045) { alb = vec3(.75); rough = .25; shine = 2.; } }
  if (u_cloth.z > .5 && region > 1.5 && region < 2.5 && r.z > .5 && ax < .12 + (r.y - 3.5) * .14 && r.y < 5.6 && !extra) { alb = vec3(.8, .8, .82) * (.6 + .4 * step(0., sin(r.y * 60.))); rough = .25; shine = 2.; }
#elif PATTERN == 4
  { float a = atan(r.x, r.z); alb *= .75 + .5 * abs(sin((extra ? a * 13. : r.x * 16.))); rough = .7; shine = .35; n = normalize(n + vec3(cos((extra ? a * 26. : r.x * 32.)) * .3, 0, 0)); }
#elif PATTERN == 5
  if (region < .5 && r.z > .3 && r.y > 3.3 && r.y < 5.9 && ax > lapel_in && ax < lapel_out) { rough = .3; shine = 2.4; alb *= 1.6; }
  if (region > .5 && region < 1.5 && r.z > .3 && ax < .05 && r.y < 5.5) { float b = length(vec2(r.x, mod(r.y, .42) - .21)); if (b < .045) alb = vec3(.01); }
  if (extra) { rough = .35; shine = 1.8; }
#elif PATTERN == 6
  if (main_cloth) { float t = texture(u_noise, r * .5).r; alb *= .9 + .2 * t; rough = .7; if (extra) alb *= .86;
    if (!extra && r.z > .2 && r.y < 4.3) { vec2 b = vec2(ax - .62, mod(r.y, 1.05) - .5); if (length(b) < .095) alb = vec3(.03, .02, .012); }
    if (!extra && r.y > 2.0 && r.y < 2.38) { alb *= .62; if (r.z > .4 && abs(ax - .2) < .16 && abs(r.y - 2.19) < .14) alb = vec3(.10, .06, .03); } }
#elif PATTERN == 7
  if (main_cloth) { rough = .42; shine = .9; if (!extra && r.x + (r.y - 4.2) * .55 > 0.) alb = u_c2; if (!extra && abs(r.x + (r.y - 4.2) * .55) < .10) alb = vec3(.02); if (extra) alb = mix(alb, u_c2, step(0., sin(atan(r.x, r.z - .1) * 7.)) * .85); }
#else
  alb *= .96 + .08 * texture(u_noise, r * .3).g; if (region < .5 && r.z > .6 && ax < .03 && r.y < 5.2) alb *= .8;
#endif
  colour = surface(alb, n, ao, rough, shine);
}
"""
HAIR_CAP = """
uniform vec3 u_hair;
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position); vec4 ao = v_occlusion;
  if (v_mask.x < .04 * (.25 + 1.2 * texture(u_noise, v_rest * 2.7).r)) discard;
  if (dot(n, v) < 0.) n = -n; ao.x = max(ao.x, .42); float sh = mix(.45, 1., shadow(v_position, n) * gobo(v_position));
  vec3 l = u_key_colour * max(dot(n, u_key) * .6 + .3, 0.) * sh + ambient(n) * ao.x + u_fill_colour * max(dot(n, u_fill) * .5 + .4, 0.) * ao.x;
  colour = develop(u_hair * .85 * (.6 + .8 * texture(u_noise, v_rest * vec3(7., 1.5, 7.)).r) * l);
}
"""
TEETH = SURFACE + """
void main() { vec3 n = normalize(v_normal); vec4 ao = v_occlusion; ao.x *= .6; ao.yzw *= .6; colour = surface(vec3(.66, .62, .55), n, ao, .3, .5); }
"""
METAL = SURFACE + """
uniform vec3 u_c1;
void main() { colour = surface(u_c1, normalize(v_normal), v_occlusion, .28, 1.); }
"""
STRAND = """#version 330
#define TAPS 4
""" + "LIGHT_HERE" + """
in vec3 v_position; in vec3 v_tangent; in vec3 v_normal; in vec4 v_occlusion; in vec2 v_strand; out vec4 colour;
uniform vec3 u_root; uniform vec3 u_tip; uniform float u_grey; uniform float u_gloss; uniform float u_shadowless;
float lobe(vec3 t, vec3 l, vec3 v, float e, float s) { t = normalize(t + v_normal * s); float d = dot(t, normalize(l + v)); return smoothstep(-1., 0., d) * pow(max(1. - d * d, 0.), e * .5); }
void main() {
  vec3 t = normalize(v_tangent), v = normalize(u_eye - v_position), n = normalize(v_normal); float rnd = v_strand.y, j = (rnd - .5) * .25;
  float sh = mix(shadow(v_position, n) * gobo(v_position), 1., u_shadowless);
  vec3 c = mix(u_root, u_tip, smoothstep(.3, 1., v_strand.x) * .5 + .5 * rnd * rnd) * (.6 + .7 * rnd); if (fract(rnd * 17.3) < u_grey) c = mix(c, vec3(.30, .295, .29), .4) * (.7 + .4 * rnd);
  float tl = dot(t, u_key), dif = sqrt(max(1. - tl * tl, 0.)) * clamp(dot(n, u_key) * .65 + .35 + u_wrap * .3, 0., 1.), ao = max(v_occlusion.x, .34) * mix(.78, 1., smoothstep(0., .5, v_strand.x));
  vec3 l = u_key_colour * dif * sh + ambient(n) * ao + u_fill_colour * clamp(dot(n, u_fill) * .6 + .35, 0., 1.) * ao * .8;
  vec3 col = c * l + u_key_colour * (vec3(.05) * lobe(t, u_key, v, 90., .12 + j) + c * lobe(t, u_key, v, 22., -.12 + j)) * sh * clamp(dot(n, u_key) * .7 + .35, 0., 1.) * u_gloss;
  col += u_fill_colour * (c * .6 + .015) * lobe(t, u_fill, v, 30., j) * ao * u_gloss; float edge = pow(1. - abs(dot(n, v)), 1.5);
  col += (u_rim_colour * clamp(dot(n, u_rim) + .25, 0., 1.) * open_to(v_occlusion, u_rim) + u_kick_colour * clamp(dot(n, u_kick) + .25, 0., 1.) * open_to(v_occlusion, u_kick)) * (c * 1.2 + .05) * edge * 1.3;
  colour = develop(col);
}
"""


def fragment(material: str, gobo: int, pattern: int) -> str:
    """Fragment shader of a material (skin, eye, cloth, cap, teeth, metal, strand)."""
    defines = f"#version 330\n#define GOBO {gobo}\n#define PATTERN {pattern}\n"
    if material == "strand":
        return defines + STRAND.replace("#version 330\n", "").replace("LIGHT_HERE", LIGHT)
    body = {"skin": SKIN, "eye": EYE, "cloth": CLOTH, "cap": HAIR_CAP, "teeth": TEETH, "metal": METAL}[material]
    return defines + "#define TAPS 6\n" + LIGHT + MESH_INPUTS + body
