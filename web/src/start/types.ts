// The words of the configuration that the first steps use, by their names in the OpenAPI document.
import type { components } from '../api/schema';

type S = components['schemas'];

/** The label of the version that callers meet. */
export const LIVE = 'Live';

/** An object of the configuration, as it is kept; its value is that of `tenant.yaml`. */
export interface Kept {
  id: string;
  version: number;
  value: Record<string, unknown>;
}

export type StepName = S['StepName'];
export type Missing = S['Missing'];
export type Steps = S['SetupSteps'];
export type Finding = S['FlowFinding'];
export type Uploaded = S['FlowUploaded'];
export type FlowSummary = S['FlowSummary'];

/** The stages of a connector's test, in their order. */
export type StageName = 'config' | 'dns' | 'tcp' | 'tls' | 'token' | 'scope' | 'api';
export type Stage = S['ConnectorStage'] & { stage: StageName };
export type Report = Omit<S['ConnectorReport'], 'stages'> & { stages: Stage[] };
