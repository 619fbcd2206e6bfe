import type { IExecuteFunctions } from 'n8n-workflow';

import type { Kept } from '../item/item';
import type { Slip, Ticket } from '../queue/ticket';
import type { Order } from '../request/order';
import type { Made } from '../segmind/answer';
import type { Segmind } from '../segmind/segmind';

/** What was made, and how many requests it took. */
export interface Attempted<M extends Made> {
	readonly made: M;
	readonly attempts: number;
}

/** One kind of work that Segmind is paid for: what is asked for, and what n8n gets of it. */
export interface Work<R, M extends Made> {
	/** US dollars that one is taken to cost until an answer tells. */
	readonly price: number;
	/** What was asked for, as plain data: where it is the same, nothing is asked for twice. */
	askedOf(order: Order<R>): unknown;
	/** A name for the file, without an extension. */
	nameOf(request: R, ticket: Ticket | undefined): string;
	/** @throws {Refusal} with what it means for money */
	send(segmind: Segmind, order: Order<R>, slip: Slip): Promise<M>;
	/** @throws {Refusal} when n8n can't store it */
	keep(context: IExecuteFunctions, order: Order<R>, attempted: Attempted<M>, name: string): Promise<Kept>;
}
