interface Choice {
	/** The value on the wire. */
	readonly value: string;
	/** Other spellings that are taken for it. */
	readonly synonyms?: readonly string[];
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
	/** Always shown, or offered under Additional Fields. */
	readonly place: 'top' | 'additional';
	/** The API uses the attribute only while another one, by its wire name, has one of these values. */
	readonly onlyFor?: { readonly wire: string; readonly values: readonly string[] };
	/** Where the limits and the default come from. */
	readonly source: string;
}

/** Text that must not be blank. */
interface TextAttribute extends AttributeBase {
	readonly type: 'text';
	readonly placeholder: string;
}

/** A whole number. */
interface IntegerAttribute extends AttributeBase {
	readonly type: 'integer';
	readonly min: number;
	readonly max: number;
	/** The API rounds to the nearest multiple of this. */
	readonly multipleOf?: number;
	/** What the number counts, e.g. pixels. */
	readonly unit?: string;
	/** What the API uses when the attribute is left out. */
	readonly default: number;
	/** When it is empty or -1, the node draws a number up to `max` instead of leaving it to the API. */
	readonly drawn?: { readonly max: number };
}

/** A number that may have decimals. */
interface DecimalAttribute extends AttributeBase {
	readonly type: 'decimal';
	readonly min: number;
	readonly max: number;
	/** What the API uses when the attribute is left out. */
	readonly default: number;
}

/** One value of a list. */
export interface ChoiceAttribute extends AttributeBase {
	readonly type: 'choice';
	readonly choices: readonly Choice[];
	readonly default: string;
}

/** Yes or no. */
interface BooleanAttribute extends AttributeBase {
	readonly type: 'boolean';
	readonly default: boolean;
}

/** One attribute of a model. The panel, the checks, the body and the README derive from it. */
export type Attribute =
	TextAttribute | IntegerAttribute | DecimalAttribute | ChoiceAttribute | BooleanAttribute;

/** A model on Segmind. */
export interface Model {
	/** Its name in the path, as in `/v1/flux-1.1-pro`. */
	readonly id: string;
	readonly displayName: string;
	/** What to choose it for. */
	readonly use: string;
	/** Typical price of one image in US dollars; the `x-cost` of a response is what counts. */
	readonly price: number;
	readonly attributes: readonly Attribute[];
}

/** The number that asks for a drawn one, as Segmind's documentation has it for seeds. */
export const DRAW = -1;

/** Values by wire name, as they go into a request body. */
type Body = Record<string, string | number | boolean>;

/** Returns whether the API uses an attribute, given the other values. */
export function applies(attribute: Attribute, values: Readonly<Body>): boolean {
	const { onlyFor } = attribute;
	return onlyFor === undefined || onlyFor.values.includes(String(values[onlyFor.wire]));
}
