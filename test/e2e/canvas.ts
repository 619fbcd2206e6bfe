import type { Locator } from 'playwright-core';

import type { Box, Editor } from './editor';

const ON_CANVAS =
	'[data-test-id="canvas-node"], [data-test-id="sticky"], [data-test-id="canvas-handle-plus"]';

/** Pixels below the text of a sticky note. */
const PADDING = 4;

async function boxesOf(parts: readonly Locator[]): Promise<Box[]> {
	const found = await Promise.all(parts.map(async (part) => await part.boundingBox()));
	return found.filter((box) => box !== null);
}

/** All nodes and sticky notes of the canvas, with space for the names below the nodes. */
export async function boxOfCanvas({ page }: Editor): Promise<Box> {
	const boxes = await boxesOf(await page.locator(ON_CANVAS).all());
	const left = Math.min(...boxes.map(({ x }) => x)) - 48;
	const top = Math.min(...boxes.map(({ y }) => y)) - 32;
	const right = Math.max(...boxes.map(({ x, width }) => x + width)) + 48;
	const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + 96;
	return { x: left, y: top, width: right - left, height: bottom - top };
}

const bottomOf = ({ y, height }: Box): number => y + height;

const isOverlapping = (one: Box, other: Box): boolean =>
	one.x < other.x + other.width &&
	other.x < one.x + one.width &&
	one.y < bottomOf(other) &&
	other.y < bottomOf(one);

/** Expects sticky notes to show all of their text, and to cover neither a node nor another note. */
export async function expectTidyNotes(editor: Editor): Promise<void> {
	const sticky = editor.part('sticky');
	const parts = await sticky.all();
	const notes = await boxesOf(parts);
	const texts = await boxesOf(parts.map((note) => note.locator('p, li').last()));
	const nodes = await boxesOf(await editor.part('canvas-node').filter({ hasNot: sticky }).all());
	expect(notes.length).toBeGreaterThan(0);
	expect(nodes.length).toBeGreaterThan(0);
	expect(texts).toHaveLength(notes.length);
	const cut = notes.filter((note, index) => bottomOf(texts[index] ?? note) > bottomOf(note) - PADDING);
	const covering = notes.filter((note) =>
		[...notes, ...nodes].some((other) => other !== note && isOverlapping(note, other)),
	);
	expect({ cut, covering }).toEqual({ cut: [], covering: [] });
}
