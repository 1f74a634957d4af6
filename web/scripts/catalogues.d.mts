import type { Plugin } from 'vite';

export function catalogues(): Plugin;
export function compile(language: string): Record<string, unknown>;
export function stretch(text: string): string;
