"""GLSL fragment shaders of skin and eyes; `shaders` puts the lights in front."""

from .glsl_face import FACE

SKIN = (
    FACE
    + """
uniform vec3 u_tone; uniform vec3 u_lip; uniform vec3 u_hair; uniform vec4 u_skin;
/* freckles, beard, gloss, age */ uniform vec4 u_face; /* lip y, eye y, make-up, shaved scalp */
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position), r = v_rest; vec4 ao = v_occlusion;
  float lip = v_mask.x, cheek = v_mask.y, nose = v_mask.z, ear = v_mask2.x, scalp = v_mask2.z, age = u_skin.w;
  vec3 rx = dFdx(r), ry = dFdy(r); float px = max(length(rx), length(ry)); // footprint of a pixel
  vec3 who = fract(u_lip * vec3(613., 877., 1217.)); // u_lip is drawn for everybody: its last digits are the person
  vec2 e = vec2(abs(r.x), r.y - u_face.y), l = vec2(e.x, r.y - u_face.x); float sx = r.x < 0. ? -1. : 1.;
  float sh = shadow(v_position, n) * gobo(v_position), lm = smoothstep(.24, .60, lip), pale = smoothstep(.05, .45, u_tone.g);
  vec4 n1 = texture(u_noise, r * .55 + who), n2 = texture(u_noise, r * 2.1), n3 = texture(u_noise, r * 8.7);
  vec4 n4 = texture(u_noise, r * 5.2 + who), n5 = texture(u_noise, r * (lm > .5 ? vec3(9., 2., 3.) : vec3(11., 3.6, 11.)));
  vec2 uneven = n1.rg + (n2.rg - .5) * .3 - .5;
  // beard first: it hides lines and pores
  float level = u_skin.y, full = smoothstep(.5, .95, level), area = beard_density(beard_regions(l, r.z, uneven + n2.gr * .6 - .3),
      l, level, who.x) * (1. - lm) * (1. - smoothstep(.1, .4, ear));
  float dense = area * (level < .3 ? level * 1.25 : mix(.375, .93, (level - .3) / .65));
  float grain = mix(n3.g, n5.r * .7 + n3.r * .3, smoothstep(.3, .8, level)), cut = .5 + .25 * (1. - 2. * dense);
  float stipple = mix(smoothstep(cut - .12, cut + .12, grain), dense, smoothstep(.004, .013, px));
  float beard = stipple * smoothstep(.0, .12, dense) * mix(.58, .90, full);
  // relief
  vec3 fold = folds(e, l, r.z, age, who, uneven, px) * (1. - .8 * area * full);
  float see2 = smoothstep(.022, .008, px), see3 = smoothstep(.008, .003, px), tzone = max(nose, smoothstep(.40, .05, e.x) *
      near(e.y, .22, .62, .16) * .5);
  vec3 slope = vec3(sx * fold.x, fold.y, 0.) + (n2.rgb - .5) * see2 * (.13 + .30 * age * age) * (1. - .6 * lm);
  slope += (n3.rgb - .5) * see3 * (.16 + .16 * tzone + .12 * cheek + .1 * age) + (n5.gba - .5) * see3 * (lm * .30 + beard * (.3 + .5 * full));
  n = tilt(n, slope, rx, ry);
  // albedo
  vec3 alb = u_tone * (.94 + .12 * n1.r) * (.94 + .08 * n2.g + .04 * n4.r);
  float red = clamp(cheek * .42 + nose * .42 + ear * .45 + (n1.b - .5) * .45 + (n4.g - .5) * .25, 0., 1.) + u_face.z * cheek * .12;
  alb *= mix(vec3(1), mix(vec3(.96, .91, .86), vec3(1.0, .82, .80), pale), red * .85);
  float pores = (n3.b - .5) * see3 + (n2.b - .5) * .5 * see2; alb *= 1. + pores * (.16 + .14 * tzone);
  float socket = length((r - vec3(sx * .30, u_face.y - .02, 1.3)) * vec3(1., 1.3, .6));
  alb *= mix(vec3(1), vec3(.86, .78, .80), smoothstep(.34, .12, socket) * (.30 + .55 * age));
  alb *= mix(vec3(1), vec3(.62, .52, .50), clamp(v_mask.w * u_face.z * .8, 0., .5));
  alb *= 1. - min(fold.z, .6) * vec3(.42, .55, .58);
  alb *= mix(vec3(1), vec3(.80, .68, .60), smoothstep(.61, .71, n4.a * .25 + n2.a * .25 + n1.a * .5 + .05) * smoothstep(.45, 1., age) * .7 * pale);
  float fr = smoothstep(.60, .69, n4.b * .8 + n2.b * .2 + (n1.g - .5) * .5) * exp(-pow((l.y - .44) / .30, 2.)) * smoothstep(.4, .9, r.z);
  alb *= mix(vec3(1), vec3(.74, .58, .48), fr * u_skin.x * (.75 - .35 * age));
  alb *= mix(vec3(1), mix(vec3(.55, .48, .46), vec3(.46, .32, .27), pale), moles(r.xy, who, px) * smoothstep(.5, .8, r.z) * (1. - lm) * .8);
  vec3 lc = mix(u_tone * mix(vec3(.80, .62, .62), vec3(.86, .56, .57), pale), u_lip, u_face.z * .7);
  alb = mix(alb, lc * (.86 + .28 * n5.r) * (1. - .16 * age), lm * .82);
  alb *= mix(vec3(1), vec3(.90, .915, .93), area * smoothstep(.12, .02, u_hair.g) * (1. - full) * step(.001, level) * pale);
  alb = mix(alb, u_hair * (.42 + .85 * n5.g) * mix(.75, 1., full) + .004, beard);
  alb = mix(alb, u_hair * .75 + .006, clamp(scalp * (.72 + .5 * n3.g), 0., .94) * u_face.w);
  float parting = smoothstep(.75, 1., scalp) * step(.1, u_face.w) * .25; sh = mix(sh, 1., parting);
  ao.x = max(ao.x, parting);
  // light: red scatters furthest, so it rounds the terminator a little more than green and blue
  vec3 w = vec3(.32, .24, .21) + u_wrap; float nl = dot(n, u_key), ng = dot(normalize(v_normal), u_key);
  vec3 dif = clamp((vec3(mix(nl, ng, .45), mix(nl, ng, .15), nl) + w) / (1. + w), 0., 1.); dif *= dif * .35 + .65;
  vec3 aoc = mix(vec3(.17, .12, .10), vec3(1), pow(vec3(ao.x), vec3(.85, 1.02, 1.06)));
  vec3 light = u_key_colour * dif * pow(vec3(sh), vec3(.84, .98, 1.04)) + ambient(n) * aoc + u_fill_colour *
      clamp((dot(n, u_fill) + .35) / 1.35, 0., 1.) * open_to(ao, u_fill) * aoc;
  light += u_rim_colour * clamp(dot(n, u_rim) + .1, 0., 1.) * open_to(ao, u_rim) + u_kick_colour * clamp(dot(n,
      u_kick) + .1, 0., 1.) * open_to(ao, u_kick);
  light += ear * vec3(.22, .05, .03) * (u_rim_colour * max(dot(-n, u_rim), 0.) + u_key_colour * max(-nl, 0.)); // light through the ears
  vec3 c = alb * light * (1. - .45 * beard * full * (1. - n5.r));
  float gloss = u_skin.z * (.55 + .7 * tzone + .2 * cheek + .55 * lm) * (1. + pores * 1.5) * (1. - .6 * beard) * (1. - .25 * age);
  float rough = mix(mix(.50, .40, clamp(gloss, 0., 1.)), .34, lm);
  c += u_key_colour * sh * (ggx(n, u_key, v, rough, .03) * .6 + ggx(n, u_key, v, .62, .03) * .4) * gloss * .68;
  c += u_fill_colour * ggx(n, u_fill, v, .5, .03) * .4 * open_to(ao, u_fill) + (u_rim_colour * ggx(n, u_rim, v,
      .45, .04) * open_to(ao, u_rim) + u_kick_colour * ggx(n, u_kick, v, .45, .04) * open_to(ao, u_kick)) * .7;
  c += ambient(n) * pow(1. - max(dot(n, v), 0.), 4.) * .12 * ao.x; colour = develop(c);
}
"""
)
EYE = """
uniform vec3 u_c1; uniform vec3 u_c2; uniform vec3 u_c3; uniform vec4 u_iris;
/* radius, pupil, seed */ uniform mat3 u_eye_rotation;
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position), d = normalize(v_rest); vec4 ao = v_occlusion;
  float c = acos(clamp(d.z, -1., 1.)), ir = u_iris.x, pu = u_iris.y, th = atan(d.y, d.x);
  float fib = texture(u_noise, vec3(th * .9, c * 1.2, u_iris.z)).g * .6 + texture(u_noise, vec3(th * 2.3, c * .6,
      u_iris.z + .4)).r * .4;
  vec3 iris = mix(u_c1, u_c2, smoothstep(.25, .75, fib));
  iris = mix(iris * .95 + u_c3 * .25, iris * .80, smoothstep(pu, ir * .75, c)) * mix(1., .16, smoothstep(ir * .74, ir * .98, c)); // limbal ring
  iris *= .75 + .6 * smoothstep(.3, -1., d.y / sin(ir));
  vec3 white = vec3(.44, .415, .40) * mix(1., .68, smoothstep(.5, 1.15, c));
  white = mix(white, vec3(.52, .31, .29), .55 * smoothstep(.70, 1.15, abs(d.x) * 1.2));
  vec3 alb = mix(vec3(.004), mix(iris, white, smoothstep(ir - .035, ir + .035, c)), smoothstep(pu - .04, pu +
      .03, c));
  vec3 cn = n; if (c < ir * 1.15) cn = normalize(u_eye_rotation * normalize(vec3(d.xy * 1.9, d.z)));
  float a = smoothstep(0., .75, ao.x), sh = shadow(v_position, n) * gobo(v_position);
  vec3 light = u_key_colour * max(dot(n, u_key) * .75 + .25, 0.) * sh + ambient(n) * mix(.25, 1., a) +
      u_fill_colour * max(dot(n, u_fill) * .6 + .4, 0.) * mix(.3, 1., a);
  float lids = mix(.42, 1., smoothstep(.55, .02, d.y)) * mix(.75, 1., smoothstep(-.62, -.3, d.y)); // the lids' shade
  vec3 col = alb * light * mix(.40, 1., a) * lids, q = reflect(-v, cn), t = normalize(cross(u_key, vec3(0, 1, 0))),
      b = cross(t, u_key);
  float box = smoothstep(.32, .22, abs(dot(q, t))) * smoothstep(.36, .26, abs(dot(q, b))) * step(0., dot(q, u_key));
  float wet = smoothstep(.30, .38, -d.y) * smoothstep(.52, .42, -d.y) * (.5 + .5 * d.z); // tear line on the lower lid
  col += (u_key_colour * .04 * sh + ambient(n) * .08) * wet;
  col += u_key_colour * box * (.35 + .65 * sh) * .75 * smoothstep(.08, .3, ao.x) + u_fill_colour * pow(max(dot(q,
      u_fill), 0.), 60.) * .5 + ambient(q) * .05 * a;
  colour = develop(col);
}
"""
