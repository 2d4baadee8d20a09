/** The vocabulary of direction: nine options on each of six axes, in photographers' words. */
import { AXES, AXIS_LETTER, type Axis, type OptionId } from '$lib/contract/direction';

export interface Option<A extends Axis = Axis> {
	/** Stable: links and recipes store it. */
	id: OptionId<A>;
	axis: A;
	/** Position on its axis, 0..8: what a vocabulary pack is conditioned on. */
	index: number;
	name: string;
	/** One line, no full stop. */
	meaning: string;
	/** Words for text-conditioned packs. Never describes the face. */
	fragment: string;
}

type Row = readonly [name: string, meaning: string, fragment: string];

function axisOptions<A extends Axis>(axis: A, rows: readonly Row[]): readonly Option<A>[] {
	return rows.map(([name, meaning, fragment], index) => ({
		id: `${AXIS_LETTER[axis]}${index + 1}` as OptionId<A>,
		axis,
		index,
		name,
		meaning,
		fragment
	}));
}

export const VOCABULARY: { readonly [A in Axis]: readonly Option<A>[] } = {
	framing: axisOptions('framing', [
		['Head and shoulders', 'identification crop', 'head and shoulders portrait, 85mm'],
		['Close-up', 'the face fills the frame', 'close-up portrait, 100mm lens'],
		['Choker', 'brow to mouth, confrontational', 'extreme close-up face'],
		['Medium close-up', 'chest up', 'medium close-up, 85mm f/1.8'],
		['Half-length', 'waist up', 'half-length portrait, 50mm'],
		['Cowboy', 'mid-thigh up', 'cowboy shot, 50mm'],
		['Environmental', 'the place matters', 'environmental portrait, 35mm'],
		['Low angle', 'authority', 'low angle shot'],
		['Cover', 'headroom for a masthead', 'magazine cover portrait, negative space above']
	]),
	setting: axisOptions('setting', [
		['Grey seamless', 'neutral paper', 'plain grey studio backdrop'],
		['White high-key', 'shadowless white', 'seamless white background'],
		['Soft office', 'blurred context', 'blurred modern office'],
		['Rooftop at dusk', 'skyline bokeh', 'rooftop at dusk, city lights bokeh'],
		['Sunlit studio', 'window patches of sun', 'sunlit daylight studio, window shadows'],
		['Rain-streaked window', 'shot through wet glass', 'behind rain-streaked window'],
		['Painted canvas', 'classic hand-painted drop', 'hand-painted canvas backdrop'],
		['Night street', 'neon practicals', 'neon-lit street at night'],
		['Library', 'shelves, intellect', 'wood-panelled library']
	]),
	styling: axisOptions('styling', [
		['Business formal', 'suit', 'tailored navy suit'],
		['Smart casual', 'blazer, plain tee', 'blazer over plain t-shirt'],
		['Roll-neck', 'minimal', 'black turtleneck'],
		['Monochrome', 'one hue head to toe', 'monochrome cream outfit'],
		['Knit', 'tactile wool', 'chunky knit sweater'],
		['Leather', 'edge', 'black leather jacket'],
		['Trench', 'outdoors classic', 'beige trench coat'],
		['Black tie', 'formal evening', 'tuxedo / evening gown'],
		['Avant-garde', 'sculptural', 'avant-garde high fashion']
	]),
	mood: axisOptions('mood', [
		[
			'Approachable',
			'clamshell, even light, gentle smile',
			'soft clamshell lighting, gentle smile'
		],
		['Assured', 'loop light, slight nose shadow', 'loop lighting, confident expression'],
		['Brooding', 'Rembrandt triangle on the far cheek', 'Rembrandt lighting, chiaroscuro'],
		['Glamour', 'butterfly shadow under the nose', 'butterfly lighting, beauty dish'],
		['Tension', 'split light, half the face dark', 'split lighting, high contrast'],
		['Ethereal', 'rim light and haze', 'backlit, rim light, haze'],
		['Serene', 'soft window light', 'soft window light'],
		['Nostalgic', 'low warm sun', 'golden hour'],
		['Melancholy', 'cool ambient, low key', 'blue hour, low-key lighting']
	]),
	pose: axisOptions('pose', [
		['Square-on', 'direct to camera', 'facing camera, looking at viewer'],
		['Angled', 'shoulders turned, face to camera', 'body turned, face to camera'],
		['Seven-eighths', 'slight turn, both ears', 'slight head turn'],
		['Three-quarter', 'far ear hidden', 'three-quarter view'],
		['Profile', 'one eye', 'side profile'],
		['Over the shoulder', 'looking back', 'looking over shoulder'],
		['Off-camera gaze', 'eyes away from the lens', 'looking away'],
		['Chin raised', 'pride', 'chin up'],
		['Leaning in', 'seated, engaged', 'seated, leaning forward']
	]),
	look: axisOptions('look', [
		['Clean digital', 'neutral, sharp', 'natural color, sharp focus'],
		['Portra', 'warm, low contrast film', 'Kodak Portra 400, film grain'],
		['Tri-X', 'gritty black and white', 'black and white, Tri-X grain'],
		['Tungsten night', 'halation around lamps', 'CineStill 800T, halation'],
		['Slide', 'crisp saturation', 'Ektachrome'],
		['Bleach bypass', 'silvery, desaturated', 'bleach bypass, desaturated'],
		['Teal and orange', 'cinema grade', 'cinematic teal and orange'],
		['Medium format', 'creamy falloff', 'medium format, shallow depth of field'],
		['Direct flash', 'party flash', 'on-camera flash']
	])
};

/** What text-conditioned packs are told to avoid. */
export const NEGATIVE_PROMPT =
	'plastic skin, airbrushed, cgi, deformed, extra fingers, text, watermark';

/** All 54 options in axis order. */
export const OPTIONS: readonly Option[] = AXES.flatMap((axis): readonly Option[] => [
	...VOCABULARY[axis]
]);

/** The option with this id, or undefined when the id is not in the vocabulary. */
export function findOption(id: string): Option | undefined {
	return OPTIONS.find((option) => option.id === id);
}
