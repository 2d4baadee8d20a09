"""GLSL fragment shaders of skin and eyes; `shaders` puts the lights in front."""

SKIN = """
uniform vec3 u_tone; uniform vec3 u_lip; uniform vec3 u_hair; uniform vec4 u_skin;
/* freckles, beard, gloss, age */ uniform vec4 u_face; /* lip y, eye y, make-up, shaved scalp */
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position), r = v_rest; vec4 ao = v_occlusion;
  float lip = v_mask.x, cheek = v_mask.y, nose = v_mask.z, ear = v_mask2.x, scalp = v_mask2.z, age = u_skin.w;
  float sh = shadow(v_position, n) * gobo(v_position);
  vec4 n1 = texture(u_noise, r * .55), n2 = texture(u_noise, r * 2.1), n3 = texture(u_noise, r * 6.3),
      n5 = texture(u_noise, r * vec3(2.6, 5.0, 3.));
  vec3 g = (n5.rgb - .5) * .5; n = normalize(n + (g - n * dot(g, n)) * (.10 + .45 * age * age) * (1. - .5 * lip));
  vec3 alb = u_tone * (.90 + .2 * n1.r) * (.95 + .1 * n2.g);
  float red = clamp(cheek * .5 + nose * .5 + ear * .5 + (n1.b - .5) * .5, 0., 1.);
  alb *= mix(vec3(1), vec3(1.05, .80, .77), red * .8);
  float socket = length((r - vec3(sign(r.x) * .30, u_face.y, 1.3)) * vec3(1., 1.25, .6));
  alb *= mix(vec3(1), vec3(.84, .75, .76), smoothstep(.34, .12, socket) * (.35 + .6 * age));
  alb *= mix(vec3(1), vec3(.82, .7, .62), smoothstep(.57, .66, texture(u_noise, r * 1.3 + .7).g) * age * .35);
  float lm = smoothstep(.30, .62, lip + (n2.r - .5) * .1);
  vec3 lc = mix(u_tone * vec3(.80, .47, .47), u_lip, u_face.z);
  alb = mix(alb, lc * (.88 + .24 * texture(u_noise, r * vec3(9., 2., 3.)).r), lm * .85);
  float fr = smoothstep(.56, .68, texture(u_noise, r * 1.9 + .37).b * .55 + texture(u_noise, r * 4.1 + .11).b *
      .5 - .02) * .8;
  alb *= mix(vec3(1), vec3(.68, .52, .42), fr * exp(-pow((r.y - (u_face.x + .42)) / .32, 2.)) * smoothstep(.4,
      .9, r.z) * u_skin.x * .7);
  float yb = r.y - u_face.x, xb = abs(r.x);
  float jaw = smoothstep(.12 + .34 * xb, -.16 + .34 * xb, yb + (n2.r - .5) * .2) * smoothstep(-.95, -.55, yb) *
      smoothstep(.0, .35, r.z);
  float tache = smoothstep(.31, .17, yb + (n2.g - .5) * .12) * smoothstep(.0, .09, yb) * smoothstep(.46, .22,
      xb + (n2.b - .5) * .1) * smoothstep(.8, 1., r.z);
  float burns = smoothstep(.16, .05, abs(r.z - .42)) * smoothstep(-.2, 0., yb) * smoothstep(.75, .5, yb) *
      step(.45, xb);
  float beard = max(max(jaw, tache), burns * .7) * (1. - lm) * u_skin.y;
  beard *= mix(.65 + .5 * n3.r, .9 + .2 * n3.r, smoothstep(.6, .9, u_skin.y));
  alb = mix(alb, u_hair * .55 + vec3(.010, .011, .013) * (1. - smoothstep(.6, .9, u_skin.y)), clamp(beard, 0., .95));
  alb = mix(alb, u_hair * .75 + .006, clamp(scalp * (.72 + .5 * n3.g), 0., .94) * u_face.w);
  float parting = smoothstep(.75, 1., scalp) * step(.1, u_face.w) * .25; sh = mix(sh, 1., parting);
  ao.x = max(ao.x, parting);
  vec3 w = vec3(.36, .21, .15) + u_wrap; float nl = dot(n, u_key), ng = dot(normalize(v_normal), u_key);
  vec3 dif = clamp((vec3(mix(nl, ng, .35), nl, nl) + w) / (1. + w), 0., 1.); dif *= dif * .35 + .65;
  vec3 aoc = mix(vec3(.20, .12, .09), vec3(1), pow(vec3(ao.x), vec3(.75, 1.05, 1.15)));
  vec3 light = u_key_colour * dif * pow(vec3(sh), vec3(.65, .95, 1.1)) + ambient(n) * aoc + u_fill_colour *
      clamp((dot(n, u_fill) + .35) / 1.35, 0., 1.) * open_to(ao, u_fill) * aoc;
  light += u_rim_colour * clamp(dot(n, u_rim) + .1, 0., 1.) * open_to(ao, u_rim) + u_kick_colour * clamp(dot(n,
      u_kick) + .1, 0., 1.) * open_to(ao, u_kick);
  vec3 c = alb * light;
  float gloss = u_skin.z * (.6 + .6 * nose + .35 * lm), rough = lm > .3 ? .32 : mix(.52, .38, clamp(gloss, 0., 1.));
  c += u_key_colour * sh * (ggx(n, u_key, v, rough, .03) * .6 + ggx(n, u_key, v, .62, .03) * .4) * gloss * .8;
  c += u_fill_colour * ggx(n, u_fill, v, .5, .03) * .4 * open_to(ao, u_fill) + (u_rim_colour * ggx(n, u_rim, v,
      .45, .04) * open_to(ao, u_rim) + u_kick_colour * ggx(n, u_kick, v, .45, .04) * open_to(ao, u_kick)) * .7;
  c += ambient(n) * pow(1. - max(dot(n, v), 0.), 4.) * .14 * ao.x; colour = develop(c);
}
"""
EYE = """
uniform vec3 u_c1; uniform vec3 u_c2; uniform vec3 u_c3; uniform vec4 u_iris;
/* radius, pupil, seed */ uniform mat3 u_eye_rotation;
void main() {
  vec3 n = normalize(v_normal), v = normalize(u_eye - v_position), d = normalize(v_rest); vec4 ao = v_occlusion;
  float c = acos(clamp(d.z, -1., 1.)), ir = u_iris.x, pu = u_iris.y, th = atan(d.y, d.x);
  float fib = texture(u_noise, vec3(th * .9, c * 1.2, u_iris.z)).g * .6 + texture(u_noise, vec3(th * 2.3, c * .6,
      u_iris.z + .4)).r * .4;
  vec3 iris = mix(u_c1, u_c2, smoothstep(.25, .75, fib));
  iris = mix(iris * 1.2 + u_c3 * .25, iris, smoothstep(pu, ir * .75, c)) * mix(1., .22, smoothstep(ir * .78, ir, c));
  iris *= .8 + .7 * smoothstep(.3, -1., d.y / sin(ir));
  vec3 white = vec3(.74, .70, .68) * mix(1., .72, smoothstep(.5, 1.15, c));
  white = mix(white, vec3(.70, .42, .40), .5 * smoothstep(.75, 1.2, abs(d.x) * 1.2));
  vec3 alb = mix(vec3(.004), mix(iris, white, smoothstep(ir - .035, ir + .035, c)), smoothstep(pu - .04, pu +
      .03, c));
  vec3 cn = n; if (c < ir * 1.15) cn = normalize(u_eye_rotation * normalize(vec3(d.xy * 1.9, d.z)));
  float a = smoothstep(0., .75, ao.x), sh = shadow(v_position, n) * gobo(v_position);
  vec3 light = u_key_colour * max(dot(n, u_key) * .75 + .25, 0.) * sh + ambient(n) * mix(.25, 1., a) +
      u_fill_colour * max(dot(n, u_fill) * .6 + .4, 0.) * mix(.3, 1., a);
  vec3 col = alb * light * mix(.45, 1., a), q = reflect(-v, cn), t = normalize(cross(u_key, vec3(0, 1, 0))),
      b = cross(t, u_key);
  float box = smoothstep(.32, .22, abs(dot(q, t))) * smoothstep(.36, .26, abs(dot(q, b))) * step(0., dot(q, u_key));
  col += u_key_colour * box * (.25 + .75 * sh) * .5 * smoothstep(.12, .4, ao.x) + u_fill_colour * pow(max(dot(q,
      u_fill), 0.), 60.) * .5 + ambient(q) * .05 * a;
  colour = develop(col);
}
"""
