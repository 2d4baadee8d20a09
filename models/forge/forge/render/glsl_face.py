"""GLSL of what makes skin a face: creases of age, pores, freckles, moles and beards, drawn on the average body's coordinates.

Lengths are decimetres. Everything fades with the pixel's footprint on the skin, so that nothing finer than a pixel is drawn.
"""

FACE = """
// Bump mapping of unparametrised surfaces (Mikkelsen 2010): the height's gradient in rest coordinates tilts the posed normal.
vec3 tilt(vec3 n, vec3 slope, vec3 rx, vec3 ry) {
  vec3 px = dFdx(v_position), py = dFdy(v_position), a = cross(py, n), b = cross(n, px);
  float det = dot(px, a);
  return normalize(abs(det) * n - sign(det) * (dot(slope, rx) * a + dot(slope, ry) * b));
}
// Adds a valley at distance d from a line: xy its slope along `across`, z its depth as shade. a is steepness, w half width.
void crease(inout vec3 sum, float d, vec2 across, float w, float a) {
  float e = a * exp(-d * d / (w * w)); sum += vec3(across * (d / w * 1.7 * e), e);
}
float near(float x, float a, float b, float soft) { return smoothstep(a - soft, a + soft, x) * smoothstep(b + soft, b - soft, x); }
// Slope and depth of the folds and lines of a face; e from the eyes' height, l from the lips' (x mirrored), u uneven -.5 .. .5.
vec3 folds(vec2 e, vec2 l, float z, float age, vec3 who, vec2 u, float px) {
  vec3 s = vec3(0); float fine = smoothstep(.05, .018, px), old = smoothstep(.18, .95, age), front = smoothstep(.3, .7, z);
  float k = (e.y + .035 * sin(e.x * 5. + who.x * 6.) + u.x * .07) / .105, row = fract(sin(floor(k) * 12.9 + who.y * 40.) * 43.7);
  crease(s, (fract(k) - .5) * .105, vec2(0, 1), .020, near(e.y, .38, .80, .07) * smoothstep(.58, .25, e.x + u.y * .2) * old *
      fine * front * (.14 + .28 * row));
  vec2 c = e - vec2(.445, -.005); float r = length(c), th = c.y / max(c.x, .02) + u.x * .25; vec2 turn = vec2(-c.y, c.x) / max(r, .01);
  crease(s, (fract(th / .42 + .5 + who.z * .3) - .5) * .42 * r, turn, .013, near(r, .06, .17, .05) * smoothstep(1., .5, abs(th)) *
      step(0., c.x) * old * fine * .5);
  float t = (.30 - l.y) / .36, x = .155 + .20 * t - .035 * t * t;  // wing of the nose to beside the mouth
  float fold = smoothstep(-.05, .25, t) * smoothstep(1.35, .75, t) * front;
  crease(s, (l.x - x + u.x * .02) * .87, vec2(.87, .49), .05, fold * (.05 + .20 * old));
  crease(s, (l.x - x + u.x * .02) * .87, vec2(.87, .49), .017, fold * .34 * old * fine);
  crease(s, l.x - .27 - .10 * (-.05 - l.y) + u.x * .03, vec2(1, 0), .022, near(l.y, -.26, -.08, .05) * old * old * .30 * front);
  float bag = length((e - vec2(.285, .05)) * vec2(.72, 1.)) - .205 + u.x * .02;
  crease(s, bag, vec2(0, -1), .026, smoothstep(-.07, -.12, e.y) * smoothstep(.2, .08, abs(e.x - .27)) * (.05 + .30 * old) * front);
  crease(s, bag + .055, vec2(0, -1), .012, smoothstep(-.05, -.09, e.y) * smoothstep(.2, .08, abs(e.x - .29)) * .28 * old * fine * front);
  crease(s, e.x - .055 + u.x * .02, vec2(1, 0), .016, near(e.y, .12, .28, .05) * old * fine * (.1 + .3 * who.x) * front);
  float ring = (l.y + u.x * .05 + .04 * l.x) / .17;
  crease(s, (fract(ring) - .5) * .17, vec2(0, 1), .022, smoothstep(-.5, -.65, l.y) * old * .17 * fine);
  return s;
}
// Moles 0..1: one chance in each 3.3 cm cell of the face.
float moles(vec2 p, vec3 who, float px) {
  vec2 q = p * 3. + who.xy * 9., cell = floor(q);
  vec3 h = fract(sin(vec3(dot(cell, vec2(12.9, 78.2)), dot(cell, vec2(39.3, 11.1)), dot(cell, vec2(73.1, 52.2)))) * 43758.5);
  float radius = .006 + .010 * h.y * h.y, d = length(fract(q) - .2 - .6 * h.xy) / 3.;
  return smoothstep(radius + px * .7, radius - px * .7, d) * step(h.z, .09 + .10 * who.z) * min(1., radius / px);
}
// Where a beard grows, 0..1: x jaw, y moustache, z sideburns. l from the lips' height, u uneven -.5 .. .5.
vec3 beard_regions(vec2 l, float z, vec2 u) {
  float cheek = -.02 + .34 * l.x + .40 * max(l.x - .5, 0.);
  float jaw = smoothstep(cheek + .20, cheek - .20, l.y + u.x * .16) * smoothstep(-.66, -.36, l.y + u.y * .1) * smoothstep(.05, .45, z);
  float wide = l.x + u.x * .08 + .25 * max(l.y - .1, 0.);  // the moustache narrows towards the nose
  float tache = smoothstep(.30, .14, l.y + u.y * .10) * smoothstep(-.02, .07, l.y) * smoothstep(.40, .16, wide) * smoothstep(.8, 1., z);
  float burns = smoothstep(.2, .06, abs(z - .42)) * smoothstep(-.2, .05, l.y) * smoothstep(.75, .5, l.y) * step(.45, l.x);
  return vec3(jaw, tache, burns * .8);
}
// One density 0..1 from the regions, the level (shaven .03, stubble .3, short .55, full .95) and the cut that `pick` 0..1 chooses.
float beard_density(vec3 region, vec2 l, float level, float pick) {
  float grown = smoothstep(.40, .5, level), goatee = step(.62, pick) * step(pick, .78), alone = step(.78, pick) * step(pick, .88);
  float bare = step(.88, pick) * step(pick, .94);
  region.x *= 1. - grown * max(goatee * smoothstep(.16, .36, length(vec2(l.x, (l.y + .1) * .6))), alone * .98);
  region.z *= 1. - grown * max(goatee, alone); region.y *= 1. - grown * bare * .85;
  return max(max(region.x, region.y), region.z);
}
"""
