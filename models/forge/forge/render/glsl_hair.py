"""GLSL fragment shaders of strands and of head coverings; `shaders` puts the lights in front."""

from .glsl_cloth import SURFACE

STRAND = """
in vec3 v_position; in vec3 v_tangent; in vec3 v_normal; in vec4 v_occlusion; in vec2 v_strand; out vec4 colour;
uniform vec3 u_root; uniform vec3 u_tip; uniform float u_grey; uniform float u_gloss; uniform float u_shadowless;
float lobe(vec3 t, vec3 l, vec3 v, float e, float s) { t = normalize(t + v_normal * s);
float d = dot(t, normalize(l + v)); return smoothstep(-1., 0., d) * pow(max(1. - d * d, 0.), e * .5); }
void main() {
  vec3 t = normalize(v_tangent), v = normalize(u_eye - v_position), n = normalize(v_normal);
  float rnd = v_strand.y, j = (rnd - .5) * .25;
  float sh = mix(shadow(v_position, n) * gobo(v_position), 1., u_shadowless);
  vec3 c = mix(u_root, u_tip, smoothstep(.3, 1., v_strand.x) * .5 + .5 * rnd * rnd) * (.6 + .7 * rnd);
  if (fract(rnd * 17.3) < u_grey) c = mix(c, vec3(.30, .295, .29), .4) * (.7 + .4 * rnd);
  float tl = dot(t, u_key), dif = sqrt(max(1. - tl * tl, 0.)) * clamp(dot(n, u_key) * .65 + .35 + u_wrap * .3,
      0., 1.), ao = max(v_occlusion.x, .34) * mix(.78, 1., smoothstep(0., .5, v_strand.x));
  vec3 l = u_key_colour * dif * sh + ambient(n) * ao + u_fill_colour * clamp(dot(n, u_fill) * .6 + .35, 0., 1.) *
      ao * .8;
  vec3 col = c * l + u_key_colour * (vec3(.05) * lobe(t, u_key, v, 90., .12 + j) + c * lobe(t, u_key, v, 22.,
      -.12 + j)) * sh * clamp(dot(n, u_key) * .7 + .35, 0., 1.) * u_gloss;
  col += u_fill_colour * (c * .6 + .015) * lobe(t, u_fill, v, 30., j) * ao * u_gloss;
  float edge = pow(1. - abs(dot(n, v)), 1.5);
  col += (u_rim_colour * clamp(dot(n, u_rim) + .25, 0., 1.) * open_to(v_occlusion, u_rim) + u_kick_colour *
      clamp(dot(n, u_kick) + .25, 0., 1.) * open_to(v_occlusion, u_kick)) * (c * 1.2 + .05) * edge * 1.3;
  colour = develop(col);
}
"""
WRAP = (
    SURFACE
    + """
uniform vec3 u_c1; uniform vec3 u_c2;
/* mask: second colour, shade in folds, sheen */
void main() {
  vec3 n = normalize(v_normal); if (!gl_FrontFacing) n = -n; vec3 r = v_rest; vec4 ao = v_occlusion;
  vec3 f = texture(u_noise, r * vec3(.35, .14, .35)).rgb + .5 * texture(u_noise, r * vec3(.8, .3, .8)).rgb - .75;
  n = normalize(n + f * .35);
  vec3 alb = mix(u_c1, u_c2, v_mask.x) * (.93 + .14 * texture(u_noise, r * 5.).r);
  ao *= 1. - .55 * v_mask.y;
  colour = surface(alb * (1. - .4 * v_mask.y), n, ao, mix(.8, .45, v_mask.z), mix(.25, .9, v_mask.z), .15);
}
"""
)
