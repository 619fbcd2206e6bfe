interface Choice {
	/** The value on the wire. */
	readonly value: string;
	/** Other accepted spellings. */
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
	/**
	 * The API uses the attribute only while another one, by its wire name, has one of these values. One at the top depends on
	 * one at the top, since n8n shows no field for what is inside a collection.
	 */
	readonly onlyFor?: { readonly wire: string; readonly values: readonly string[] };
	/** Where the limits and the default come from. */
	readonly source: string;
}

/** Something that the API has no default for. At the top it is required unless `isOptional`. */
interface AttributeWithoutDefault extends AttributeBase {
	readonly placeholder: string;
	/** Whether it may be left empty at the top. Additional fields always may. */
	readonly isOptional?: boolean;
}

/** Text. */
interface TextAttribute extends AttributeWithoutDefault {
	readonly type: 'text';
	/** Lines that its field shows; 4 when left out. */
	readonly rows?: number;
}

/** A picture: an https URL, or a binary field of the item, which is uploaded. The API gets a URL. */
interface ImageAttribute extends AttributeWithoutDefault {
	readonly type: 'image';
}

/** Pictures, separated by commas. The API gets a list of URLs. */
interface ImageListAttribute extends AttributeWithoutDefault {
	readonly type: 'images';
	/** How many pictures the API takes at most. */
	readonly max: number;
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

/** One attribute of a model. The panel, the checks, the body and the documentation derive from it. */
export type Attribute =
	| TextAttribute
	| ImageAttribute
	| ImageListAttribute
	| IntegerAttribute
	| DecimalAttribute
	| ChoiceAttribute
	| BooleanAttribute;

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

/** The number that asks for a drawn one, as Segmind documents it for seeds. */
export const DRAW = -1;

/** The binary field that n8n's nodes put a file in, unless they are told otherwise. */
export const BINARY_FIELD = 'data';

/** Returns whether an attribute may be left empty. It is then left to the API. */
export const mayBeEmpty = (attribute: Attribute): boolean =>
	attribute.place === 'additional' || ('isOptional' in attribute && attribute.isOptional === true);

/** Returns whether a user must enter a value, since there is no default. */
export const isRequired = (attribute: Attribute): boolean =>
	'placeholder' in attribute && !mayBeEmpty(attribute);

/** Returns the value that a field starts with; empty for one that is drawn. */
export function fieldDefault(attribute: Attribute): string | number | boolean {
	switch (attribute.type) {
		case 'text':
			return '';
		case 'image':
		case 'images':
			return isRequired(attribute) ? BINARY_FIELD : '';
		case 'integer':
			return attribute.drawn === undefined ? attribute.default : '';
		default:
			return attribute.default;
	}
}

/** A value as it goes into a request body. */
export type BodyValue = string | number | boolean | string[];

/** Values by wire name, as they go into a request body. */
type Body = Record<string, BodyValue>;

/** Returns whether the API uses an attribute, given the other values. */
export function applies(attribute: Attribute, values: Readonly<Body>): boolean {
	const { onlyFor } = attribute;
	return onlyFor === undefined || onlyFor.values.includes(String(values[onlyFor.wire]));
}
