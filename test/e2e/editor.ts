/* eslint-disable @n8n/community-nodes/no-restricted-imports -- waits for a page in a real browser */
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import type { N8n } from './n8n';
import { CHROMIUM } from './places';

const CHROMIUM_ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const SURROUNDINGS = `
	.el-notification, [class*="floatingNodes"] { display: none !important }
	.el-overlay, [data-test-id="ndv-backdrop"] { background: white !important; opacity: 1 !important }
`;

const MAX_SCREENSHOTS = 30;

/** Milliseconds. */
const BETWEEN_SCREENSHOTS = 500;

/** A part of the page, in its pixels. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** The first line of each text, which is the label. */
const firstLines = (texts: readonly string[]): string[] => texts.map((text) => text.split('\n')[0] ?? '');

/** n8n's editor in a real browser, with the owner signed in. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
	) {}

	/** @param deviceScaleFactor pixels of the screen for each pixel of the page */
	static async open(n8n: N8n, deviceScaleFactor = 1): Promise<Editor> {
		selectors.setTestIdAttribute('data-test-id');
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
		const viewport = { width: 1400, height: 1000 };
		const page = await browser.newPage({ baseURL: n8n.url, viewport, deviceScaleFactor });
		page.setDefaultTimeout(20_000);
		const editor = new Editor(browser, page);
		await page.goto('/signin');
		await page.fill('input[name="emailOrLdapLoginId"]', n8n.owner.email);
		await page.fill('input[name="password"]', n8n.owner.password);
		await editor.part('form-submit-button').click();
		await page.waitForURL((url) => !url.pathname.includes('signin'));
		return editor;
	}

	/** A part of the page, by the name that n8n's own tests use. */
	part(id: string): Locator {
		return this.page.getByTestId(id);
	}

	/** The output panel of a node. */
	get output(): Locator {
		return this.part('output-panel');
	}

	async openNode(workflow: string, name = 'Segmind'): Promise<void> {
		await this.page.goto(`/workflow/${workflow}`);
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		await this.part('node-parameters').waitFor();
	}

	/** Shows a workflow with all its nodes and sticky notes in view. */
	async openCanvas(workflow: string): Promise<void> {
		await this.page.goto(`/workflow/${workflow}`);
		await this.part('canvas-node').first().waitFor();
		await this.part('zoom-to-fit').click();
	}

	/** Waits until the output panel has a text. */
	async waitForOutput(text: string | RegExp): Promise<void> {
		await this.output.getByText(text).first().waitFor();
	}

	/** Opens the binary view of the output panel, and its image. */
	async showImage(): Promise<Locator> {
		await this.output.getByTestId('radio-button-binary').click();
		await this.part('ndv-view-binary-data').click();
		const image = this.output.locator('img').last();
		await image.waitFor();
		return image;
	}

	/** The input of a parameter. */
	input(parameter: string): Locator {
		return this.part(`parameter-input-${parameter}`).locator('input, textarea').first();
	}

	/** The labels of all parameters in the panel. */
	async labels(): Promise<string[]> {
		return firstLines(await this.part('node-parameters').getByTestId('input-label').allInnerTexts());
	}

	/** What an open drop-down list offers. */
	get choices(): Locator {
		return this.page.locator('.el-select-dropdown__item:visible');
	}

	async choose(parameter: string, name: string): Promise<void> {
		await this.input(parameter).click();
		await this.choices.filter({ hasText: name }).first().click();
		await this.choices.first().waitFor({ state: 'hidden' });
	}

	/** Opens a drop-down list, reads what it offers, and closes it. */
	async choicesOf(list: Locator): Promise<string[]> {
		await list.click();
		await this.choices.first().waitFor();
		const names = firstLines(await this.choices.allInnerTexts());
		await this.page.keyboard.press('Escape');
		await this.choices.first().waitFor({ state: 'hidden' });
		return names;
	}

	/** Hides what lies over or behind a panel and is not part of it. */
	async hideSurroundings(): Promise<void> {
		await this.page.addStyleTag({ content: SURROUNDINGS });
	}

	/**
	 * The position of the last part of this name.
	 *
	 * @throws when it is not visible
	 */
	async boxOf(part: string): Promise<Box> {
		const box = await this.part(part).last().boundingBox();
		if (box === null) throw new Error(`${part} is not visible`);
		return box;
	}

	/**
	 * Takes a screenshot as PNG once the page has stopped moving.
	 *
	 * @param clip returns the part of the page, which may still move
	 */
	async screenshot(clip: () => Promise<Box>): Promise<Buffer> {
		await this.page.mouse.move(1, 1);
		let before: Buffer = Buffer.alloc(0);
		for (let count = 0; count < MAX_SCREENSHOTS; count += 1) {
			const picture = await this.page.screenshot({ clip: await clip(), animations: 'disabled' });
			if (picture.equals(before)) return picture;
			before = picture;
			await wait(BETWEEN_SCREENSHOTS);
		}
		throw new Error('The page does not stop moving');
	}

	/** Leaves n8n, which gives up the editor's lock on its workflow. */
	async leave(): Promise<void> {
		await this.page.goto('about:blank');
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
