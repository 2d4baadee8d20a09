"""GLSL of the portrait renderer. One program per material: llvmpipe executes every branch of a uniform `if`."""

from .glsl_cloth import CLOTH, METAL, TEETH
from .glsl_hair import STRAND, WRAP
from .glsl_people import EYE, SKIN

VERTEX = """#version 330
uniform mat4 u_camera;
in vec3 in_position; in vec3 in_normal; in vec3 in_rest; in vec4 in_occlusion; in vec4 in_mask; in vec4 in_mask2;
out vec3 v_position; out vec3 v_normal; out vec3 v_rest; out vec4 v_occlusion; out vec4 v_mask; out vec4 v_mask2;
void main() {
  v_position = in_position; v_normal = in_normal; v_rest = in_rest; v_occlusion = in_occlusion; v_mask = in_mask;
  v_mask2 = in_mask2;
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
in vec3 in_position; in vec3 in_tangent; in vec4 in_strand; in vec3 in_normal; in vec4 in_occlusion;
// strand: side, width, t, random
out vec3 v_position; out vec3 v_tangent; out vec3 v_normal; out vec4 v_occlusion; out vec2 v_strand;
void main() {
  vec3 view = normalize(u_eye - in_position);
  float width = max(in_strand.y * u_widen, u_minimum * step(1e-5, in_strand.y) * .55);
  vec3 p = in_position + normalize(cross(in_tangent, view)) * in_strand.x * width;
  v_position = p; v_tangent = in_tangent; v_normal = in_normal; v_occlusion = in_occlusion; v_strand = in_strand.zw;
  gl_Position = u_camera * vec4(p, 1);
}
"""
# Key light with a soft shadow map, directional occlusion for the other lights, GGX highlights (Walter et al. 2007), filmic curve.
LIGHT = """
uniform vec3 u_eye; uniform vec3 u_key; uniform vec3 u_key_colour; uniform vec3 u_fill; uniform vec3 u_fill_colour;
uniform vec3 u_rim; uniform vec3 u_rim_colour; uniform vec3 u_kick; uniform vec3 u_kick_colour; uniform vec3 u_sky;
uniform vec3 u_ground;
uniform float u_exposure; uniform float u_wrap; uniform mat4 u_shadow_camera; uniform sampler2DShadow u_shadow_map;
uniform float u_softness;
uniform vec4 u_gobo; uniform sampler3D u_noise;
const vec2 DISC[12] = vec2[12](vec2(-.326,-.406), vec2(-.840,-.074), vec2(-.696,.457), vec2(-.203,.621),
    vec2(.962,-.195), vec2(.473,-.480),
  vec2(.519,.767), vec2(.185,-.893), vec2(.507,.064), vec2(.896,.412), vec2(-.322,-.933), vec2(-.792,-.598));
float shadow(vec3 p, vec3 n) {
  vec3 c = (u_shadow_camera * vec4(p + n * .035, 1)).xyz * .5 + .5;
  if (any(lessThan(c, vec3(0))) || any(greaterThan(c, vec3(1)))) return 1.;
  float a = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5) * 6.283, ca = cos(a), sa = sin(a),
      s = 0.;
  for (int i = 0; i < TAPS; i++) s += texture(u_shadow_map, vec3(c.xy + mat2(ca, sa, -sa, ca) * DISC[i] *
      u_softness, c.z - .0014));
  return s / float(TAPS);
}
float gobo(vec3 p) {
#if GOBO == 1
  vec2 g = ((u_shadow_camera * vec4(p, 1)).xy + u_gobo.xy) * u_gobo.z; float c = cos(u_gobo.w), s = sin(u_gobo.w);
  g = mat2(c, s, -s, c) * g;
  vec2 f = abs(fract(g) - .5); vec2 b = abs(g / vec2(1.5, 2.));
  return mix(.05, 1., smoothstep(.47, .36, max(f.x, f.y)) * smoothstep(1.03, .97, max(b.x, b.y)));
#else
  return 1.;
#endif
}
float open_to(vec4 ao, vec3 d) { return clamp(.55 * ao.x + .75 * dot(ao.yzw, d) + .15, 0., 1.); }
vec3 ambient(vec3 n) { return mix(u_ground, u_sky, n.y * .5 + .5); }
float ggx(vec3 n, vec3 l, vec3 v, float r, float f0) {
  vec3 h = normalize(l + v);
  float nh = max(dot(n, h), 0.), nl = max(dot(n, l), 0.), nv = max(dot(n, v), .05), vh = max(dot(v, h), 0.);
  float a2 = r * r * r * r, d = nh * nh * (a2 - 1.) + 1., k = (r + 1.) * (r + 1.) / 8.;
  return a2 / (d * d) * nl / ((nl * (1. - k) + k) * (nv * (1. - k) + k) * 4.) * (f0 + (1. - f0) * pow(1. - vh, 5.));
}
vec4 develop(vec3 c) {
  c *= u_exposure; c = mix(vec3(dot(c, vec3(.25, .6, .15))), c, .93);
  c = (c * (2.3 * c + .08)) / (c * (2.2 * c + .72) + .16);
  return vec4(pow(clamp(c, 0., 1.), vec3(1. / 2.2)), 1);
}
"""
MESH_INPUTS = """
in vec3 v_position; in vec3 v_normal; in vec3 v_rest; in vec4 v_occlusion; in vec4 v_mask; in vec4 v_mask2;
out vec4 colour;
"""
MESH_MATERIALS = {"skin": SKIN, "eye": EYE, "cloth": CLOTH, "wrap": WRAP, "teeth": TEETH, "metal": METAL}
MESH_TAPS, STRAND_TAPS = 6, 4  # shadow samples


def fragment(material: str, gobo: int, pattern: int) -> str:
    """Fragment shader of a material (skin, eye, cloth, wrap, teeth, metal, strand); raises KeyError for others."""
    strand = material == "strand"
    defines = {"GOBO": gobo, "PATTERN": pattern, "TAPS": STRAND_TAPS if strand else MESH_TAPS}
    head = "#version 330\n" + "".join(f"#define {k} {v}\n" for k, v in defines.items())
    return head + LIGHT + (STRAND if strand else MESH_INPUTS + MESH_MATERIALS[material])
