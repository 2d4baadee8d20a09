/** Detection, quality remarks and timings, from photographs that were read. */
import { mean, quantile, remarkFigures, rounded } from './measures.mjs';
import { duplicatesOf } from './duplicates.mjs';

/** How many faces each real photograph has; `sideways.jpg` is stored turned a quarter. */
const FACES = {
	'astronaut.jpg': 1,
	'grace_hopper.jpg': 1,
	'no-face.jpg': 0,
	'sideways.jpg': 1,
	'two-faces.jpg': 2
};

/** Faces the app found in a picture, from its reference or its refusal. */
function facesIn({ error }) {
	if (!error) return 1;
	return error.code === 'photo-several-faces' ? error.params.count : 0;
}

/** @param found photographs by corpus, each with its label and what the app said */
export function photoFigures({ real, samples, faults, heldout }) {
	const detected = (photos) => rounded(mean(photos.map((photo) => Number(facesIn(photo) === 1))));
	const again = duplicatesOf(faults);
	const said = faults.map(({ fault, error, remarks, file }) => ({
		fault,
		said: error
			? null
			: [...remarks.map(({ code }) => code), ...(again.has(file) ? ['duplicate'] : [])]
	}));
	const { precision, recall } = remarkFigures(said);
	const readings = [...samples, ...faults, ...heldout].filter(({ error }) => !error);
	const milliseconds = (stage) => readings.map(({ stages }) => stages[stage]);
	const figures = (values) => ({
		median: Math.round(quantile(values, 0.5)),
		p95: Math.round(quantile(values, 0.95))
	});
	return {
		detection: {
			photographs: `${real.filter((photo) => facesIn(photo) === FACES[photo.file]).length} of ${real.length}`,
			samples: detected(samples),
			heldout: detected(heldout),
			good: detected(faults.filter(({ fault }) => fault === null)),
			faulty: detected(faults.filter(({ fault }) => fault !== null))
		},
		quality: { pictures: faults.length, precision: rounded(precision), recall: rounded(recall) },
		milliseconds: {
			detection: figures(milliseconds('detect-face')),
			embedding: figures(milliseconds('encode-identity'))
		}
	};
}

/** Files that got the answer they should: refused with their own code, or read as far as to a face or none. */
export function hostileFigures(files) {
	const right = files.filter(({ outcome, error }) =>
		outcome ? error?.code === outcome : !error || error.code === 'photo-no-face'
	);
	const codes = new Set(files.flatMap(({ error }) => error?.code ?? []));
	return { files: files.length, right: right.length, reasons: codes.size };
}
