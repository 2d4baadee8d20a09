"""GLSL of what cloth is made of: folds along lines of tension and one material block per garment pattern.

Coordinates `r` are those of the average body in rest pose (decimetres), so folds and weave move with the body. Relief is
one height per pixel, turned into a normal by screen derivatives (Mikkelsen 2010, bump mapping unparametrised surfaces).
"""

FOLDS = """
uniform vec4 u_motif;
/* kind (0 plain, 1 stripe, 2 check, 3 bands), period in dm, strength, seed */
vec3 bump(vec3 n, float h) {
  vec3 dx = dFdx(v_position), dy = dFdy(v_position), a = cross(dy, n), b = cross(n, dx);
  float det = dot(dx, a); vec3 g = sign(det) * (dFdx(h) * a + dFdy(h) * b);
  float l = length(g) / max(abs(det), 1e-9); g *= min(1., 1.1 / max(l, 1e-4));
  return normalize(abs(det) * n - g);
}
/* 1 where a pattern of phase x (in periods) is coarse enough for the pixels */
float resolved(float x) { return 1. - smoothstep(.22, .5, fwidth(x)); }
/* position on the sleeve: along from the shoulder, across; z is 1 on the sleeve and 0 on the torso */
vec3 sleeve(vec3 r) {
  vec2 d = vec2(abs(r.x) - 1.75, r.y - 5.2); float along = dot(d, vec2(.63, -.777)), across = dot(d, vec2(.777, .63));
  return vec3(along, across, smoothstep(-.75, -.35, across) * smoothstep(.1, .5, along));
}
float crease(float x) { x = sin(x); return x * (.6 + .4 * abs(x)); }
/* height of the folds, about -1..1 */
float folds(vec3 r, vec3 arm) {
  vec4 w = texture(u_noise, r * .042 + u_motif.w) - .5; float ax = abs(r.x);
  vec2 p = vec2(ax - 1.35, r.y - 4.15), q = vec2(ax, r.y - 2.75), s = vec2(ax - 1.7, r.y - 5.5);
  float pit = crease(atan(p.y, -p.x + .2) * 7. + w.r * 11.) * exp(-dot(p, p) * .55) *
      smoothstep(.02, .6, length(p));
  float button = crease(atan(q.x, q.y) * 6. + w.g * 12.) * exp(-dot(q, q) * .45) * step(.0, r.z) *
      smoothstep(.05, .9, length(q));
  float back = crease(r.y * 3.2 + ax * 1.1 + w.b * 12.) * (.35 + .3 * w.r) * smoothstep(.2, -.2, r.z);
  float waist = crease(r.y * 4.6 + w.b * 15. + ax * .8) * exp(-pow((r.y - 2.55) / .75, 2.)) * .55;
  float yoke = crease(atan(s.y, s.x) * 5. + w.g * 9.) * exp(-dot(s, s) * .9) * .5 *
      smoothstep(.05, .7, length(s));
  float torso = pit * .8 + button * .55 + back + waist + yoke + w.r * 1.2;
  float elbow = crease(arm.x * 6.6 + arm.y * 2.5 + w.r * 13.) * exp(-pow((arm.x - 2.25) / .75, 2.));
  float drag = crease(arm.x * 2.3 + arm.y * 4.2 + w.g * 12.) * .5 * smoothstep(.2, 1., arm.x);
  float cuff = crease(arm.x * 8. + w.b * 12.) * smoothstep(3.2, 3.9, arm.x) * .5;
  return mix(torso, elbow + drag + cuff + w.b, arm.z);
}
/* sideways coordinate in dm round the torso or the sleeve */
float around(vec3 r, vec3 arm) { return mix(atan(r.x, r.z - .4) * 1.55, arm.y * 1.4, step(.5, arm.z)); }
float lengthwise(vec3 r, vec3 arm) { return mix(r.y, -arm.x, step(.5, arm.z)); }
vec3 motif(vec3 alb, vec3 base, float u, float v) {
  if (u_motif.x < .5) return alb;
  float a = u / u_motif.y, b = v / u_motif.y, w = clamp(fwidth(a) * .7, .04, .4);
  float la = smoothstep(.06 + w, .06, abs(fract(a) - .5)), lb = smoothstep(.06 + w, .06, abs(fract(b) - .5));
  float m = u_motif.x < 1.5 ? la * resolved(a) : u_motif.x < 2.5 ? max(la, lb) : smoothstep(.25 + w, .25, abs(fract(b) -
      .5));
  return mix(alb, dot(base, vec3(.3, .6, .1)) > .14 ? alb * .45 : alb * 1.4 + .10, m * u_motif.z);
}
"""
# Every block may change alb, rough, shine, sheen, h (relief in dm) and amp (height of the folds in dm).
BLOCKS = {
    1: """  if (main_cloth) { float c = (extra ? atan(r.x, r.z - .2) * 1.1 : u) * 2.9, y = extra ? r.y : v; float id = floor(c);
    float cable = step(.5, mod(id, 2.)) * (extra ? 0. : 1.); c += cable * .20 * sin(y * 6.5);
    float s = abs(fract(c) - .5) * 2., k = 1. - s * s, row = sin(y * 40. + s * 3.1 + cable * sin(y * 6.5) * 2.);
    float f = resolved(c), g = resolved(y * 6.4); alb *= mix(1., .48 + .62 * k, f) * (1. + .16 * row * g);
    h += .085 * k * f + .012 * row * g + .03 * cable * cos(y * 6.5 + s * 2.) * f; amp = .05; shine = .12; sheen = .8; }
""",
    2: """  float twill = (u + v) * 9.;
  if (region < .5 || region > 1.5) alb *= 1. + .06 * sin(twill * 6.2832) * resolved(twill);
  if (region < .5) alb = motif(alb, u_c1, u, v);
  if (region < .5 && u_cloth.y > .5 && front) { float e = ax - lapel_out;
    float in_lapel = step(lapel_in, ax) * step(e, 0.); alb *= 1. + .16 * in_lapel; h += in_lapel * .05;
    amp *= 1. - .6 * in_lapel; alb *= 1. - .5 * smoothstep(.05, .0, abs(e)) * step(lapel_in, ax);
    float notch = abs(r.y - 5.05 + (ax - .8) * .35);
    alb *= 1. - .55 * smoothstep(.04, .01, notch) * in_lapel * step(.52, ax); }
  if (region < .5 && u_cloth.y > .5 && r.z > .4) { vec2 b = vec2(r.x, mod(r.y - .1, .62) - .31);
    if (r.y < 3.2 && r.y > 1.3 && length(b) < .075) { alb = alb * .25 + .008; rough = .3; shine = 1.2; }
    vec2 k = vec2(r.x - .98 - r.y * .0, r.y - 4.42 - (r.x - .98) * .12);
    if (abs(k.x) < .24 && abs(k.y) < .055 + .05 * u_cloth.x * abs(sin(k.x * 9. + .6))) { alb = vec3(.72); h += .02; } }
  amp = .055; sheen = .5;
""",
    3: """  if (main_cloth) { vec4 g = texture(u_noise, r * .75), p = texture(u_noise, r * .3);
    rough = .38 + .12 * p.g; shine = 1.25; h += (g.r - .5) * .007 * resolved(r.y * 18.) + (p.r - .5) * .02; amp = .085;
    alb *= .8 + .4 * p.g; alb += .012 * smoothstep(.3, 1., fold) * alb / max(alb.r, .01);
    float seam = min(abs(arm.x - .25), abs(r.y - 4.62 - .12 * ax)); if (!extra) h -= .03 * smoothstep(.05, .0, seam); }
  if (u_cloth.z > .5 && region < .5 && r.z > .3 && ax > .5 && ax < 1.5 && r.x > 0.) {
    float d = abs(r.x * .55 + r.y - 4.0);
    if (d < .045) { alb = vec3(.62) * (.5 + .5 * step(0., sin(r.x * 60.))); rough = .25; shine = 2.; } }
  if (u_cloth.z > .5 && region > 1.5 && region < 2.5 && r.z > .5 && !extra) {
    float d = abs(ax - (.1 + (r.y - 3.5) * .16));
    if (d < .04 && r.y < 5.5) { alb = vec3(.30, .30, .32) * (.5 + .5 * step(0., sin(r.y * 75.)) * resolved(r.y * 12.));
      rough = .3; shine = 1.6; } }
""",
    4: """  float c = (extra ? atan(r.x, r.z - .2) * 1.05 : u) * (extra ? 11. : 6.5), k = .5 + .5 * cos(c * 6.2832), f = resolved(c);
  alb *= mix(1., .55 + .75 * k, f); h += .022 * k * f; amp = .07; rough = .75; shine = .2; sheen = 1.4;
""",
    5: """  if (region < .5 && front && ax > lapel_in && ax < lapel_out) { rough = .27; shine = 2.6; alb = alb * 1.3 + .004;
    h += .05; amp = .02; }
  else if (region < .5) { amp = .055; sheen = .6; }
  if (region > .5 && region < 1.5 && r.z > .3) { amp = .012; float q = fract(ax * 5.5);
    alb *= 1. - .16 * smoothstep(.3, .0, abs(q - .5)) * step(ax, .5) * step(r.y, 5.6);
    float b = length(vec2(r.x, mod(r.y, .42) - .21)); if (ax < .06 && r.y < 5.5 && b < .045) alb = vec3(.01); }
  if (region < .5 && r.z > .4) { vec2 k = vec2(r.x - .98, r.y - 4.42);
    if (abs(k.x) < .22 && k.y > -.03 && k.y < .03 + .11 * (1. - abs(k.x) * 4.)) alb = vec3(.75); }
  if (extra) { rough = .33; shine = 1.8; amp = .02; }
""",
    6: """  if (main_cloth) { float gab = (u * .5 + v) * 10.; alb *= 1. + .035 * sin(gab * 6.2832) * resolved(gab); rough = .62;
    shine = .4; amp = .075; sheen = .3; if (extra) { alb *= .90; amp = .03; }
    if (!extra && r.z > .2 && r.y < 4.0 && r.y > 2.6) { vec2 b = vec2(ax - .62, mod(r.y + .12, .78) - .39);
      if (length(b) < .095) { alb = vec3(.035, .022, .014); rough = .3; shine = 1.5; } }
    if (!extra) { float flap = r.y - 4.55 + .1 * ax; if (r.x > .3 && r.z > 0.) h += .05 * step(0., flap);
      alb *= 1. - .35 * smoothstep(.05, .0, abs(flap)) * step(.3, r.x) * step(0., r.z);
      vec2 e = vec2(ax - 1.62, r.z - .2); float strap = abs(e.y);
      if (r.y > 5.1 && ax > 1.0 && ax < 1.95) { alb *= 1. - .4 * smoothstep(.05, .02, abs(strap - .24)); h += .04 *
          step(strap, .24); } }
    if (!extra && r.y > 1.95 && r.y < 2.4) { alb *= .70; h += .05; amp = .02;
      if (r.z > .4 && abs(ax - .2) < .17 && abs(r.y - 2.18) < .15) { alb = vec3(.09, .05, .025); rough = .35; shine = 1.4; }
    } else if (!extra) h += .03 * sin(around(r, arm) * 9.) * exp(-pow((r.y - 2.17) / .55, 2.)); }
""",
    7: """  if (main_cloth) { float d = r.x * u_motif.z + (r.y - 4.2) * .6; float pleat = abs(fract(d / u_motif.y) - .5) * 2.;
    float lit = smoothstep(.0, 1., pleat); rough = .5; shine = .7; sheen = .8; amp = .03;
    if (!extra) { h += .16 * pleat * u_motif.y * 2.; alb = u_motif.x < .5 ? (d > 0. ? u_c2 : u_c1) : u_motif.x < 1.5 ?
        mix(u_c1, u_c2, step(.5, fract(d / u_motif.y / 2.))) : u_c1; alb *= .62 + .45 * lit; }
    else { float a = atan(r.x, r.z - .1) * 14. / 6.2832; float t = abs(fract(a + .25) - .5) * 2.; alb = u_motif.x < 1.5 ?
        mix(u_c1, u_c2, step(.5, fract(a * .5))) : mix(u_c2, u_c1, .15); alb *= .6 + .5 * t; } }
""",
    0: """  if (region < .5 && r.z > .6 && ax < .16 && r.y < 5.6 && !extra) { h += .025 * step(ax, .13);
    float b = length(vec2(r.x, mod(r.y + .2, .62) - .31)); if (b < .05) alb *= .55; }
  if (main_cloth && !extra) { alb = motif(alb, u_c1, u, v); alb *= 1. + .025 * sin(v * 60.) * resolved(v * 9.6); }
  amp = extra ? .03 : .08; rough = .62; shine = .45; sheen = .6;
  if (extra && r.y < 1.5) { float fly = abs(r.x) - .04; alb *= 1. - .35 * smoothstep(.06, .0, abs(fly)) * step(-.9, r.y) *
      step(0., r.z); float ironed = abs(abs(r.x) - .86); h += .05 * smoothstep(.12, .0, ironed) * step(.3, r.z); amp = .07; }
""",
}


def blocks() -> str:
    """All material blocks as one preprocessor chain on PATTERN."""
    head = [f"#{'elif' if k else 'if'} PATTERN == {p}\n{code}" for k, (p, code) in enumerate(BLOCKS.items())]
    return "".join(head) + "#endif\n"
