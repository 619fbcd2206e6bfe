/** One of the values that a choice allows. */
export interface Choice {
	/** The value on the wire. */
	readonly value: string;
	/** The name that the user picks. */
	readonly label: string;
	/** What the value is used for. */
	readonly use: string;
}

interface AttributeBase {
	/** Name on the wire, in Segmind's words. */
	readonly wire: string;
	/** Name of the n8n parameter: saved workflows depend on it. */
	readonly parameter: string;
	/** Name that the user reads, in Title Case. */
	readonly label: string;
	/** What it does, without a final period. */
	readonly description: string;
	/** Always in sight, or offered under Additional Fields. */
	readonly place: 'top' | 'additional';
	/** The attribute exists for the API only while another one, by its wire name, has one of these values. */
	readonly onlyFor?: { readonly wire: string; readonly values: readonly string[] };
	/** Where the limits and defaults come from. */
	readonly source: string;
}

/** Text that must not be blank. */
export interface TextAttribute extends AttributeBase {
	readonly type: 'text';
	readonly placeholder: string;
}

/** A whole number. */
export interface IntegerAttribute extends AttributeBase {
	readonly type: 'integer';
	readonly min: number;
	readonly max: number;
	/** The API rounds to the nearest multiple of this. */
	readonly multipleOf?: number;
	/** What the number counts, e.g. pixels. */
	readonly unit?: string;
	/** What the API takes when the attribute is left out. */
	readonly default: number;
	/** Left empty, the node draws a number itself instead of leaving it to the API. */
	readonly drawn?: { readonly max: number };
}

/** A number that may have decimals. */
export interface DecimalAttribute extends AttributeBase {
	readonly type: 'decimal';
	readonly min: number;
	readonly max: number;
	/** What the API takes when the attribute is left out. */
	readonly default: number;
}

/** One value of a list. */
export interface ChoiceAttribute extends AttributeBase {
	readonly type: 'choice';
	readonly choices: readonly Choice[];
	readonly default: string;
}

/** Yes or no. */
export interface BooleanAttribute extends AttributeBase {
	readonly type: 'boolean';
	readonly default: boolean;
}

/** One attribute of a model: the form, the checks, the body, the emulator and the README derive from it. */
export type Attribute =
	TextAttribute | IntegerAttribute | DecimalAttribute | ChoiceAttribute | BooleanAttribute;

/** A model of Segmind's, told once. */
export interface Model {
	/** The model's name in the path, as in `/v1/flux-1.1-pro`. */
	readonly id: string;
	readonly displayName: string;
	/** What it is chosen for. */
	readonly use: string;
	/** Typical price of one image in US dollars; the answer's `x-cost` is what counts. */
	readonly price: number;
	readonly attributes: readonly Attribute[];
}

/** Values by wire name, as they go into a request body. */
export type Body = Record<string, string | number | boolean>;

/** Whether the API looks at an attribute, given the other values. */
export function applies(attribute: Attribute, values: Readonly<Body>): boolean {
	const { onlyFor } = attribute;
	return onlyFor === undefined || onlyFor.values.includes(String(values[onlyFor.wire]));
}
