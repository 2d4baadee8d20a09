"""GLSL fragment shaders of garments, spectacles and teeth; patterns are numbered in `garments`, made in `glsl_weave`."""

from .glsl_weave import FOLDS, blocks

SURFACE = """
vec4 surface(vec3 alb, vec3 n, vec4 ao, float rough, float shine, float sheen) {
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
  c += (alb * .5 + .015 * (1. + sheen)) * (1. + sheen) * f * (u_key_colour * sh * .12 * sheen + ambient(n) * ao.x + u_rim_colour * .1) +
      ambient(reflect(-v, n)) * .04 * shine;
  return develop(c);
}
"""
CLOTH = (
    SURFACE
    + FOLDS
    + """
uniform vec3 u_c1; uniform vec3 u_c2; uniform vec3 u_c3; uniform vec3 u_c4; uniform vec3 u_tie; uniform vec4 u_cloth;
/* plain tee or pocket square, tie, zip, extra */
void main() {
  vec3 n = normalize(v_normal); if (!gl_FrontFacing) n = -n; vec3 r = v_rest, arm = sleeve(r); vec4 ao = v_occlusion;
  float region = v_mask.x, ax = abs(r.x), u = around(r, arm), v = lengthwise(r, arm), fold = folds(r, arm);
  bool extra = u_cloth.w > .5, main_cloth = region < .5 || (region > 1.5 && region < 2.5) || extra;
  vec3 alb = region < .5 ? u_c1 : region < 1.5 ? u_c2 : region < 2.5 ? u_c3 : u_c4;
  float rough = .8, shine = .3, sheen = .3, h = 0., amp = .05;
  float lapel_in = .04 + (r.y - 3.3) * .215, lapel_out = r.y < 5.25 ? .12 + (r.y - 3.3) *
      .44 : .98 - (r.y - 5.25) * .4;
  bool front = r.z > .3 && r.y > 3.3 && r.y < 5.9;
"""
    + blocks()
    + """
  if (region > .5 && region < 1.5 && u_cloth.y < .5 && r.y < 1.4 && ax > .3) alb = u_c1; /* shirt tails under the hem */
  if (region > .5 && region < 1.5) { amp = min(amp, .03); rough = .75; shine = .25; }
  if (u_cloth.y > .5 && region > .5 && region < 1.5 && r.z > .2 && ax < .085 + .012 * (6. - r.y) * 3. &&
      r.y < 5.95) { float t = (r.x + r.y) * 3.4; alb = u_tie; if (u_motif.w > .5)
    alb = mix(alb, alb * .35 + .22, step(.72, fract(t)) * .8); alb *= 1. + .12 * sin(t * 40.) * resolved(t * 6.4);
    if (r.y > 5.62) { h += .05; alb *= .82; }
    rough = .42; shine = .8; amp = .01; h -= r.x * r.x * 1.2; }
  n = bump(n, h + fold * amp); alb *= 1. + clamp(fold, -1., 1.) * amp * 3.2;
  colour = surface(alb, n, ao, rough, shine, sheen);
}
"""
)
TEETH = (
    SURFACE
    + """
void main() { vec3 n = normalize(v_normal); vec4 ao = v_occlusion; ao.x *= .6; ao.yzw *= .6;
colour = surface(vec3(.66, .62, .55), n, ao, .3, .5, 0.); }
"""
)
METAL = (
    SURFACE
    + """
uniform vec3 u_c1;
void main() { colour = surface(u_c1, normalize(v_normal), v_occlusion, .28, 1., 0.); }
"""
)
