/**
 * The key as it is sent. What is pasted may have blanks and characters around it that can't be seen; no header can
 * hold them, and n8n's client would drop them without a word.
 */
export const toKey = (value: unknown): string => String(value ?? '').replace(/[^\u0021-\u007e]/g, '');
