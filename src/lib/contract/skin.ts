/** Skin tone as it is measured in a picture, and how far a portrait strays from it (`docs/likeness.md`). */

export interface SkinTone {
	/** Individual typology angle in degrees: atan2(L* - 50, b*). Above 55 very light, below -30 dark. */
	angle: number;
	/** CIELAB lightness, 0 to 100. */
	lightness: number;
	/**
	 * The angle of cheeks and forehead together, degrees; null where the light on them is uneven. Absent in photographs read before it was
	 * measured.
	 */
	evenAngle?: number | null;
}

export interface SkinDrift {
	/** Degrees of the typology angle; positive when the portrait is lighter than the references. */
	degrees: number;
	/** Beyond this, in either direction, it is worth a warning. */
	limit: number;
}
