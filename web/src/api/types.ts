// The words between server and pages, by their names in the OpenAPI document.
import type { components } from './schema';

type S = components['schemas'];

export type AgentState = S['AgentState'];
export type CallEnd = S['CallEnd'];
export type CaseView = S['CaseView'];
export type Choice = S['Choice'];
export type Code = S['Code'];
export type Consult = S['Consult'];
export type ContactDetail = S['Contact'];
export type ContactView = S['ContactView'];
export type DeskView = S['DeskView'];
export type Destination = S['Destination'];
export type Device = S['Device'];
export type Direction = S['Direction'];
export type Elsewhere = S['Elsewhere'];
export type FromCaller = S['FromCaller'];
export type FromDesk = S['FromDesk'];
export type Gone = S['Gone'];
export type LegState = S['LegState'];
export type Me = S['Me'];
export type Named = S['Named'];
export type Party = S['Party'];
export type PastContact = S['PastContact'];
export type PastOutcome = S['PastOutcome'];
export type PathStep = S['PathStep'];
export type Phase = S['Phase'];
export type Pop = S['Pop'];
export type PopOutcome = S['PopOutcome'];
export type Quality = S['Quality'];
export type Reach = S['Reach'];
export type Role = S['Role'];
export type SignIn = S['SignIn'];
export type StateKind = S['StateKind'];
export type Target = S['Target'];
export type ToCaller = S['ToCaller'];
export type ToDesk = S['ToDesk'];
export type TrialView = S['TrialView'];
export type VariableKind = S['VariableKind'];
export type VariableView = S['VariableView'];
export type WrapUpAction = S['WrapUpAction'];

/** What a person has chosen for the pages; the language is the user's own field at the server. */
export type Preferences = Required<S['Chosen']> & { theme: S['Theme']; density: S['Density']; language: S['Language'] };
