// The words of the configuration that the first steps use.

/** The label of the version that callers meet. */
export const LIVE = 'Live';

/** An object of the configuration, as it is kept. */
export interface Kept {
  id: string;
  version: number;
  value: Record<string, unknown>;
}

export interface Named extends Record<string, unknown> {
  id: string;
  name: string;
}

export type StepName = 'administrator' | 'connector' | 'connector_test' | 'flow' | 'entry_point' | 'queue' | 'agent' | 'audio';

/** Something that a flow refers to and the contact centre does not have. */
export interface Missing {
  kind?: string | null;
  id: string;
  name: string;
  flow: string;
  flow_name: string;
  activity?: string | null;
  proposal?: Record<string, unknown> | null;
}

export interface Steps {
  steps: { step: StepName; is_done: boolean; is_optional: boolean; missing: Missing[] }[];
  is_complete: boolean;
}

export interface Stage {
  stage: 'config' | 'dns' | 'tcp' | 'tls' | 'token' | 'scope' | 'api';
  status: 'ok' | 'failed' | 'skipped';
  duration_ms: number;
  detail: string;
  advice?: string | null;
}

export interface Report {
  connector: string;
  base_url?: string | null;
  passed: boolean;
  stages: Stage[];
}

export interface Finding {
  rule: string;
  severity: string;
  activity?: string | null;
  message: string;
  help?: string | null;
}

export interface Uploaded {
  flow: string;
  number: number;
  is_new: boolean;
  findings: Finding[];
}

export interface FlowSummary {
  id: string;
  name: string;
  is_subflow: boolean;
  labels: { label: string; number: number; version: number }[];
}
