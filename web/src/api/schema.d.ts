// Made from docs/api/openapi.json by `npm run schema`; not edited by hand.

export interface paths {
    "/api/v1/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All audio files, in the order of `tenant.yaml`. `defaultmusic_on_hold.wav` is there without
         *     being listed.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Audio"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An audio file as callers hear it: WAV, mono, 8 kHz, 8-bit mu-law.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The name, extension included. */
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "audio/wav": unknown;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Uploads an audio file, or puts another sound in its place.
         * @description The body is the file itself: WAV, MP3, FLAC or OGG Vorbis, at most 32 MiB and 655 seconds. WAV
         *     with mono, 8 kHz and 8-bit mu-law is kept as it is, 5 MB of it at most as in Webex; everything
         *     else is converted into that. 422 `invalid` with a `reason` for what is no such file, 409 `stale`
         *     where somebody changed it meanwhile. New contacts meet it within a second.
         *
         *     For: administrator.
         */
        put: {
            parameters: {
                query?: {
                    /** @description The version that the change builds on; 0 for an audio file that is not there yet. */
                    version?: number;
                    /** @description Why. */
                    note?: string;
                };
                header?: never;
                path: {
                    /** @description The name under which flows play it. */
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/octet-stream": components["schemas"]["FileContent"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Audio"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Deletes an audio file. 409 `in-use` with `usages` while flows or queues play it, `stale` where
         *     somebody changed it meanwhile.
         * @description For: administrator.
         */
        delete: {
            parameters: {
                query?: {
                    /** @description The version that the change builds on; 0 for an audio file that is not there yet. */
                    version?: number;
                    /** @description Why. */
                    note?: string;
                };
                header?: never;
                path: {
                    /** @description The name, extension included. */
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what, the newest first.
         * @description For: administrator, auditor.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only records before this number: `next` of the page before. */
                    before?: number;
                    /** @description Only what this user did. */
                    user?: components["schemas"]["UserId"];
                    /** @description Only records whose `what` begins so. */
                    what?: string;
                    /** @description At most so many, 1 to 200; 50 when left out. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Records"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What there is, and which revision is in force.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes the configuration what these files say: all of it, or nothing.
         * @description Flows whose texts are new become versions with the label Live. 409 `stale-plan` where
         *     `revision` is not the newest.
         *
         *     For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ToApply"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Applied"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole configuration as a `tenant.yaml` with its flows. Secrets are not in it.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Exported"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What applying these files would do. Nothing is changed.
         * @description For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ToApply"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConfigurationPlan"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was changed when, by whom and why; the oldest first, at most 1,000.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only revisions after this one. */
                    after?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConfigurationRevision"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All objects of a kind. Secrets are `{"kept": true}`.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The kind's word, such as `queue`. */
                    kind: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Objects"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One object. Secrets are `{"kept": true}`.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The kind's word, such as `queue`. */
                    kind: string;
                    /** @description The object's id, or its name where it has none. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Makes an object, or puts a value in the place of the one at `version`.
         * @description The whole configuration is checked: 422 `invalid-configuration` with `problems`. 409 `stale`
         *     with `stale_object` where somebody changed it meanwhile. New contacts meet it at once.
         *
         *     For: administrator.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The kind's word. */
                    kind: string;
                    /** @description The object's id; the value has the same. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ObjectToBe"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Deletes an object. 409 `in-use` with `usages` while something refers to it, `stale` where
         *     somebody changed it meanwhile.
         * @description For: administrator.
         */
        delete: {
            parameters: {
                query: {
                    /** @description The version that the deletion builds on. */
                    version: number;
                };
                header?: never;
                path: {
                    /** @description The kind's word. */
                    kind: string;
                    /** @description The object's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/{kind}/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The versions of an object, the newest first, also when it was deleted.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The kind's word. */
                    kind: string;
                    /** @description The object's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PastObject"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration/{kind}/{id}/usages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that refers to an object, flows too.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The kind's word. */
                    kind: string;
                    /** @description The object's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Usage"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Contacts, the newest first.
         * @description For: administrator, flow_developer, supervisor, agent, auditor.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Only contacts that arrived before this moment: `arrived_ms` of the last one for the next
                     *     page.
                     */
                    before_ms?: number;
                    /** @description Only contacts that arrived at or after this moment. */
                    from_ms?: number;
                    /** @description At most so many, 1 to 200; 50 when left out. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PastContact"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Contacts by what does not belong into an address, such as numbers.
         * @description For: administrator, flow_developer, supervisor, agent, auditor.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Find"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PastContact"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One contact.
         * @description For: administrator, flow_developer, supervisor, agent, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Contact"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A contact's steps, in the form of `docs/trace.schema.json`.
         * @description For: administrator, flow_developer, supervisor, agent, auditor.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `json` (a list), or `ndjson`: a file to keep, with a line for each step. */
                    format?: "json" | "ndjson";
                };
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>[];
                        "application/x-ndjson": string;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that the desktop shows now.
         * @description For: agent or supervisor, own desktop.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeskView"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the contact on offer.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/conference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Caller, agent and the one who was consulted hear each other.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/consult": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Calls somebody while the caller hears music.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ConsultWith"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turns it down.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Keeps what was typed and not saved, in place of what was kept before.
         * @description For: agent or supervisor, own desktop.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A party leaves the conference.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DropParty"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the conversation.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/end-consult": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the consult and talks to the caller.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The caller hears music.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Presses keys for the other side, or for the one who is consulted.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Keys"];
                };
            };
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mutes the agent at the server, or ends that. A SIP phone is muted so; pages mute their own
         *     microphones.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Muted"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/pops/{pop}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what became of a screen pop.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                    /** @description The pop's id. */
                    pop: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PopShown"];
                };
            };
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pauses the recording, or goes on with it.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Recording"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The caller hears the agent again.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/swap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Talks to the other of the two.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Without a consult: the caller goes there now. With one: caller and the one who was consulted
         *     are joined, and the agent leaves.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TransferTo"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Saves variables. 409 `stale` with `version` and `values` where somebody saved them meanwhile.
         * @description For: agent or supervisor, own desktop.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Variables"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/variables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The value of a secure variable of the agent's contact. That it was read is in the audit log.
         * @description For: agent or supervisor, own desktop.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                    /** @description The variable's name in the flow. */
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SecureValue"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/contacts/{id}/wrap-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Chooses a wrap-up code, asks for 60 seconds more, or has done.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The contact's id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WrapUpAction"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The contacts that the agent has had or missed, the newest first.
         * @description For: agent or supervisor, own desktop.
         */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Only contacts that arrived before this moment: `arrived_ms` of the last one for the next
                     *     page.
                     */
                    before_ms?: number;
                    /** @description Only contacts that arrived at or after this moment. */
                    from_ms?: number;
                    /** @description At most so many, 1 to 200; 50 when left out. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PastContact"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Takes back the state that was chosen for after the contact.
         * @description For: agent or supervisor, own desktop.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/outdial": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Calls a number.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OutdialTo"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in to a team with a device, Idle.
         * @description 409 `signed-in-elsewhere` with `elsewhere` where another desktop has the agent and `take_over`
         *     is not set.
         *
         *     For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs out.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Chooses a state: at once, or for after the contact.
         * @description For: agent or supervisor, own desktop.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Choice"];
                };
            };
            responses: {
                /** @description Done; the next view shows it. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/desk/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Whom the agent may consult or transfer to, at most 200, the reachable first.
         * @description For: agent or supervisor, own desktop.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TargetSearch"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Target"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page to browse this document. It loads nothing from other hosts.
         * @description For: anybody.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page's script and style.
         * @description For: anybody.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description `docs.js` or `docs.css`. */
                    file: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A part of the page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/errors/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page about an error's code.
         * @description For: anybody.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The code. */
                    code: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All flows, in the order of `tenant.yaml`.
         * @description For: administrator, flow_developer, supervisor, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FlowSummary"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Uploads an exported flow as the next version, which never changes.
         * @description Strange content is not refused: it is found by the checks, and kept. 422 `not-a-flow` for a
         *     text that is no export. At most 32 MiB.
         *
         *     For: administrator, flow_developer.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FlowUploaded"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{flow}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One flow with its versions.
         * @description For: administrator, flow_developer, supervisor, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The flow's id or name. */
                    flow: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FlowDetails"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Deletes a flow. 409 `in-use` with `usages` while entry points or flows refer to it, `stale`
         *     with `label` where there is a newer version.
         * @description For: administrator, flow_developer.
         */
        delete: {
            parameters: {
                query: {
                    /** @description The number of the newest version that whoever deletes the flow has seen. */
                    latest: number;
                };
                header?: never;
                path: {
                    /** @description The flow's id or name. */
                    flow: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{flow}/labels/{label}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Moves a label to a version: new contacts meet it at once, contacts that are there keep theirs.
         *     409 `stale` with `label` where somebody moved it meanwhile.
         * @description For: administrator, flow_developer.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The flow's id or name. */
                    flow: string;
                    /** @description `Live`, `Test` or `Dev`. */
                    label: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LabelToBe"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Labelled"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{flow}/labels/{label}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The moves of a label, the newest first.
         * @description For: administrator, flow_developer, supervisor, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The flow's id or name. */
                    flow: string;
                    /** @description `Live`, `Test` or `Dev`. */
                    label: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LabelMove"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{flow}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A version of a flow as it was uploaded: the export.
         * @description For: administrator, flow_developer, supervisor, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The flow's id or name. */
                    flow: string;
                    /** @description The version's number. */
                    number: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The export. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{flow}/versions/{number}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the checks find in a version, against the configuration as it is.
         * @description For: administrator, flow_developer, supervisor, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The flow's id or name. */
                    flow: string;
                    /** @description The version's number. */
                    number: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FlowFinding"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The desktop's live connection (WebSocket): `ToDesk` comes, `FromDesk` is sent, as JSON texts.
         * @description Only for pages of this origin with a session. A page that is not heard of for 30 s is let go;
         *     a message has at most 32 KiB; a user has at most eight pages. Closed with 4001 `signed_out` when
         *     the session ends, 4002 `detached` when the desktop lets go of the page, 4008 `silent`,
         *     4029 `too_many_messages`, 1007 for what is no `FromDesk`, and 1001 when the server stops.
         *
         *     For: agent or supervisor, own desktop.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The connection stands. */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ToDesk"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document.
         * @description For: anybody.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI 3.1. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is signed in.
         * @description For: every user.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Signs in.
         * @description Sets the session's cookie. 401 `wrong-sign-in`, 429 `locked-out`, 403 `disabled`.
         *
         *     For: anybody.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Credentials"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Signs out: the session ends at once, with its pages.
         * @description For: every user.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in by a link, which is used up: `trunkline demo` prints one. 410 `link-over`.
         * @description For: anybody.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Changes the user's own password; their other sessions end.
         * @description For: every user.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordChange"];
                };
            };
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Keeps what the user has chosen for the pages.
         * @description For: every user.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Chosen"];
                };
            };
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/connector-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a connector step by step: address, connection, certificate, token, API. Reads only, and
         *     keeps nothing.
         * @description For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ConnectorToTest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConnectorReport"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is still to be done before calls can be taken.
         * @description For: administrator, flow_developer.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SetupSteps"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the link is valid. 410 `setup-over` where it is not, or not any more.
         * @description For: anybody.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The link's last part. */
                    token: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is valid. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Makes the first administrator and signs them in; the link is used up.
         * @description For: anybody.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The link's last part. */
                    token: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewAdministrator"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sounds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keeps a sound for an audio file of a `tenant.yaml` that is applied afterwards, which names it
         *     under `sounds`. What nothing names is forgotten after a day.
         * @description For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SoundToKeep"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sound"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sounds/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A sound that is kept, whether an audio file names it or not.
         * @description For: administrator, flow_developer, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its SHA-256 in hexadecimal. */
                    sha256: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sound"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The user's API tokens, or everybody's; without their texts.
         * @description For: every user.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Everybody's; for administrators. */
                    everybody?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiToken"][];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Makes a token in the user's name.
         * @description For: every user.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TokenToMake"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeToken"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revokes a token of the user, or, as an administrator, anybody's.
         * @description For: every user.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The token's id. */
                    id: components["schemas"]["TokenId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What may be tried. 404 `try-off` where nothing may.
         * @description For: every user.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrialView"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/try/case": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A case as the CRM has it now; null if there is none.
         * @description For: every user.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The case's id. */
                    id?: string;
                    /** @description The number of whoever has it: the newest that is open. */
                    number?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": null | components["schemas"]["CaseView"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/try/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A caller's phone (WebSocket): `ToCaller` comes, `FromCaller` is sent, as JSON texts.
         * @description Only for pages of this origin with a session. Its end is the end of its call. Limits and codes
         *     of the end as for `/live`.
         *
         *     For: every user.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The connection stands. */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ToCaller"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/try/speech": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A text in the caller's voice: a WAV file, mono, 16 bits.
         * @description For: every user.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Speech"];
                };
            };
            responses: {
                /** @description The voice. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "audio/wav": unknown;
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Users, by sign-in name.
         * @description For: administrator, auditor.
         */
        get: {
            parameters: {
                query?: {
                    /** @description A part of a name; all users when empty. */
                    search?: string;
                    /** @description Only users with this role. */
                    role?: components["schemas"]["Role"];
                    /** @description `next` of the page before. */
                    after?: string;
                    /** @description At most so many, 1 to 200; 50 when left out. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Users"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Makes a user.
         * @description For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UserToMake"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One user.
         * @description For: administrator, auditor.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's id. */
                    id: components["schemas"]["UserId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Changes a user. 409 `stale` with `user` where somebody changed them meanwhile.
         * @description For: administrator.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's id. */
                    id: components["schemas"]["UserId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UserToBe"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Deletes a user with their sessions and tokens.
         * @description For: administrator.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's id. */
                    id: components["schemas"]["UserId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets a user's password; their sessions end.
         * @description For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's id. */
                    id: components["schemas"]["UserId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GivenPassword"];
                };
            };
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a user sign in again after too many failures.
         * @description For: administrator.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The user's id. */
                    id: components["schemas"]["UserId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem: see its `code`. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What an agent does, and since when. */
        AgentState: {
            /**
             * @description Why the agent is Idle: the id of an idle code, or a word of the server's
             *     (`lost_connection`, `signed_in`). Why a contact was missed (`rona`): `declined`,
             *     `microphone` (the page had no audio), `lost_connection` (no page was there); none where
             *     nobody answered.
             */
            code?: string | null;
            /** @description What. */
            kind: components["schemas"]["StateKind"];
            /**
             * Format: int64
             * @description Since when.
             */
            since_ms: number;
        };
        /** @description An API token without its secret. */
        ApiToken: {
            /**
             * Format: int64
             * @description When it was made.
             */
            created_ms: number;
            /**
             * Format: int64
             * @description When it ends.
             */
            expires_ms: number;
            /** @description Id. */
            id: components["schemas"]["TokenId"];
            /** @description What it is for, in the user's words. */
            name: string;
            /** @description What it may be used for. */
            scopes: components["schemas"]["Scope"][];
            /**
             * Format: int64
             * @description When it was last used, up to a minute ago.
             */
            used_ms?: number | null;
            /** @description In whose name it acts. */
            user: components["schemas"]["UserId"];
        };
        /** @description What was applied. */
        Applied: {
            /** @description What was done. */
            plan: components["schemas"]["ConfigurationPlan"];
            /**
             * Format: int64
             * @description The revision now; the plan's own when nothing was to be changed.
             */
            revision: number;
        };
        /** @description An audio file of the tenant. */
        Audio: {
            /**
             * Format: int64
             * @description When it was last changed.
             */
            changed_ms: number;
            /**
             * Format: int64
             * @description How long it lasts, in milliseconds; none where nobody has said or measured it.
             */
            duration_ms?: number | null;
            /** @description Whether it was uploaded; otherwise it lies beside `tenant.yaml`, or has no sound. */
            is_uploaded: boolean;
            /** @description The name under which flows play it, extension included. */
            name: string;
            /**
             * Format: int64
             * @description The version of its object, on which a change builds.
             */
            version: number;
            /** @description Who changed it last. */
            who: string;
        };
        /** @description To what something was done. */
        AuditObject: {
            /** @description Its id. */
            id: string;
            /** @description `user`, `session`, `token`, `queue`, `flow`, `contact`, … */
            kind: string;
            /** @description Its name at that time; may be empty. */
            name: string;
        };
        /** @description What came of it. */
        AuditOutcome: {
            /** @enum {string} */
            result: "done";
        } | {
            /** @description The error's code. */
            code: string;
            /** @enum {string} */
            result: "refused";
        };
        /** @description A record of the log. */
        AuditRecord: {
            /** @description From where. */
            address?: string | null;
            /**
             * Format: int64
             * @description When, by the server's clock.
             */
            at_ms: number;
            /** @description More for people. */
            detail: string;
            /** @description Their sign-in name at that time. */
            name: string;
            object?: null | components["schemas"]["AuditObject"];
            /** @description What came of it. */
            outcome: components["schemas"]["AuditOutcome"];
            /**
             * Format: int64
             * @description Its number: grows with every record, whatever the clock does; not dense.
             */
            seq: number;
            /** @description The API token that was used, by its name. */
            token?: string | null;
            user?: null | components["schemas"]["UserId"];
            /** @description What. */
            what: string;
        };
        /**
         * @description Who ended a call.
         * @enum {string}
         */
        CallEnd: "caller" | "centre" | "lost";
        /** @description A comment of a case. */
        CaseComment: {
            /** @description When it was written, as the CRM tells it (ISO 8601). */
            at: string;
            /** @description Its id. */
            id: string;
            /** @description What it says. */
            text: string;
        };
        /** @description A case as the CRM has it now. */
        CaseView: {
            /** @description What was written to it, the oldest first. */
            comments: components["schemas"]["CaseComment"][];
            /** @description Whose it is. */
            contact?: string | null;
            /** @description Its id. */
            id: string;
            /** @description Its number, as people know it. */
            number: string;
            /** @description How urgent it is, in the CRM's words. */
            priority: string;
            /** @description How it stands, in the CRM's words. */
            status: string;
            /** @description What it is about. */
            subject: string;
        };
        /** @description A state that an agent may choose. */
        Choice: {
            /** @enum {string} */
            state: "available";
        } | {
            /** @description The id of an idle code. */
            code: string;
            /** @enum {string} */
            state: "idle";
        };
        /** @description What a user chooses for the pages. */
        Chosen: {
            /** @description How close rows are. */
            density: components["schemas"]["Density"];
            /** @description The language of the pages. */
            language: components["schemas"]["Language"];
            /** @description Shortcuts that were remapped: action to key combination. */
            shortcuts?: {
                [key: string]: string;
            };
            /** @description Light or dark. */
            theme: components["schemas"]["Theme"];
        };
        /** @description An idle or wrap-up code. */
        Code: {
            /** @description The id. */
            id: string;
            /** @description Whether it is the one that is taken when nobody chooses. */
            is_default: boolean;
            /** @description The name for people, as the tenant wrote it. */
            name: string;
        };
        /** @description An object that was changed. */
        ConfigurationChange: {
            /** @description What was done. */
            action: components["schemas"]["PlanAction"];
            /** @description The object's id; for labels the flow's. */
            id: string;
            /** @description The kind's word; `flow` for a new version of a flow, `label` for one that was moved. */
            kind: string;
        };
        /**
         * @description A kind of object.
         * @enum {string}
         */
        ConfigurationKind: "company" | "entry_point" | "queue" | "team" | "agent" | "skill" | "site" | "multimedia_profile" | "desktop_profile" | "idle_code" | "wrap_up_code" | "connector" | "variable" | "business_hours" | "audio" | "numbers" | "routing" | "http" | "compatibility";
        /** @description What applying does. */
        ConfigurationPlan: {
            /**
             * Format: int64
             * @description The revision that it builds on.
             */
            revision: number;
            /** @description What is done to each object, flows first; unchanged ones too. */
            steps: components["schemas"]["PlanStep"][];
        };
        /** @description Something wrong in the tenant. */
        ConfigurationProblem: {
            /** @description The field within the object's value, such as `groups[0].teams[1]`; empty for the whole. */
            field: string;
            /** @description The object's id. */
            id: string;
            kind?: null | components["schemas"]["ConfigurationKind"];
            /** @description What is wrong, and what would be right. It holds no secret. */
            message: string;
        };
        /** @description A change of the configuration: all of it was made at once. */
        ConfigurationRevision: {
            /**
             * Format: int64
             * @description When.
             */
            at_ms: number;
            /** @description What was changed. */
            changes: components["schemas"]["ConfigurationChange"][];
            /** @description Why. */
            note: string;
            /**
             * Format: int64
             * @description Its number, from 1.
             */
            revision: number;
            /** @description Who. */
            who: string;
        };
        /** @description How a connector's test went. Holds no secret. */
        ConnectorReport: {
            /** @description Its base URL. */
            base_url: string;
            /** @description The connector's name. */
            connector: string;
            /** @description Whether no stage failed. */
            passed: boolean;
            /** @description The stages, in their order. */
            stages: components["schemas"]["ConnectorStage"][];
        };
        /** @description A stage of a connector's test. */
        ConnectorStage: {
            /** @description What to do, when it failed. */
            advice?: string | null;
            /** @description What was found, or why it was skipped. */
            detail: string;
            /**
             * Format: int64
             * @description How long it took, in milliseconds; 0 when it was skipped.
             */
            duration_ms: number;
            /** @description `config`, `dns`, `tcp`, `tls`, `token`, `scope` or `api`. */
            stage: string;
            /** @description How it went. */
            status: components["schemas"]["StageStatus"];
        };
        /** @description A connector to be tried. */
        ConnectorToTest: {
            /** @description Its id. */
            id: string;
            /**
             * @description Its value, as it would be put; the one that is kept when left out. `{"kept": true}` is the
             *     secret that is there.
             */
            value?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description A conversation beside the one with the caller. */
        Consult: {
            /**
             * Format: int64
             * @description When it was begun.
             */
            began_ms: number;
            /** @description Whether the agent talks to them now, and not to the caller. */
            is_active: boolean;
            /** @description Whom. */
            party: components["schemas"]["Party"];
        };
        /** @description Whom to consult. */
        ConsultWith: {
            /** @description Whom. */
            to: components["schemas"]["Destination"];
        };
        /** @description A contact with its variables and what happened, for people. */
        Contact: {
            /** @description The ids of all agents who have had it. */
            agents: string[];
            /** @description Its line in lists. */
            contact: components["schemas"]["PastContact"];
            /** @description The number that was called. */
            dnis: string;
            /** @description The entry point's name. */
            entry_point: string;
            /** @description The flow's name and version. */
            flow: string;
            /** @description What happened, for people. */
            path: components["schemas"]["PathStep"][];
            /** @description The ids of these agents' teams. */
            teams: string[];
            /** @description Its variables with their last values; secure ones masked. */
            variables: components["schemas"]["VariableView"][];
        };
        /** @description A contact as its agent sees it. */
        ContactView: {
            /** @description The caller's number in E.164, or what stands in its place (`anonymous`). */
            ani: string;
            /**
             * Format: int64
             * @description When this agent answered.
             */
            answered_ms?: number | null;
            /**
             * Format: int64
             * @description When it arrived.
             */
            arrived_ms: number;
            consult?: null | components["schemas"]["Consult"];
            /** @description The caller's name, if a variable of the flow gives one. */
            customer_name?: string | null;
            /** @description How the name is read aloud (furigana), if a variable gives that. */
            customer_name_reading?: string | null;
            /** @description Who called whom. */
            direction: components["schemas"]["Direction"];
            /** @description The number that was called. */
            dnis: string;
            /** @description What was typed and not saved, by variable; secure ones are never kept. */
            drafts: [
                string,
                string
            ][];
            /**
             * Format: int64
             * @description When the conversation was over for this agent.
             */
            ended_ms?: number | null;
            /** @description The entry point's name. */
            entry_point: string;
            /** @description The contact's id. */
            id: string;
            /** @description Whether the audio of the agent's device stands. */
            is_audio_connected: boolean;
            /** @description Whether the caller has hung up while the agent is still here. */
            is_caller_gone: boolean;
            /** @description Whether the server mutes the agent. Pages mute their own microphones, and leave it alone. */
            is_muted: boolean;
            /** @description Whether the conversation is recorded; none where it is not at all. */
            is_recording_paused?: boolean | null;
            /**
             * Format: int64
             * @description When the offer began.
             */
            offered_ms: number;
            /** @description All parties but this agent; the caller first. */
            parties: components["schemas"]["Party"][];
            /** @description What the caller did before, newest last; at most 100 steps. */
            path: components["schemas"]["PathStep"][];
            /** @description How the conversation stands. */
            phase: components["schemas"]["Phase"];
            pop?: null | components["schemas"]["Pop"];
            queue?: null | components["schemas"]["Named"];
            /**
             * Format: int64
             * @description When the offer ends without an answer; none once it is answered.
             */
            ring_until_ms?: number | null;
            /** @description The variables that agents see, in the flow's order. */
            variables: components["schemas"]["VariableView"][];
            /**
             * Format: int64
             * @description Grows whenever a variable changes, by whomever; for [`crate::Variables::version`].
             */
            variables_version: number;
            /**
             * Format: int64
             * @description How long it waited in queues before this offer.
             */
            waited_ms: number;
            wrap_up?: null | components["schemas"]["WrapUp"];
        };
        /** @description A name with its password. */
        Credentials: {
            /** @description The sign-in name. */
            name: string;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
        };
        /**
         * @description How close rows are.
         * @enum {string}
         */
        Density: "comfortable" | "compact";
        /** @description Everything that an agent's desktop shows at a moment. */
        DeskView: {
            /** @description Who it is. */
            agent: components["schemas"]["Named"];
            /** @description The tab that has the audio, by the name that it chose; none while no tab has it. */
            audio_owner?: string | null;
            contact?: null | components["schemas"]["ContactView"];
            device?: null | components["schemas"]["Device"];
            /** @description Devices that may be chosen at sign-in. */
            devices: components["schemas"]["Device"][];
            /** @description What the tenant lets agents do. */
            features: components["schemas"]["Features"];
            /** @description Why an agent may be Idle, in the tenant's order. */
            idle_codes: components["schemas"]["Code"][];
            next?: null | components["schemas"]["Choice"];
            outdial?: null | components["schemas"]["Outdial"];
            /** @description The queues that the agent serves. */
            queues: components["schemas"]["QueueFigures"][];
            /**
             * Format: int64
             * @description Grows with every view of this agent; starts anew with the server.
             */
            seq: number;
            /**
             * Format: int64
             * @description The server's clock when the view was made.
             */
            server_ms: number;
            /** @description What the agent does. */
            state: components["schemas"]["AgentState"];
            team?: null | components["schemas"]["Named"];
            /** @description The teams that the agent may sign in to. */
            teams: components["schemas"]["Named"][];
            /** @description How contacts may be wrapped up, in the tenant's order. */
            wrap_up_codes: components["schemas"]["Code"][];
        };
        /** @description Where a consult or a transfer goes. */
        Destination: {
            /** @description The agent's id. */
            id: string;
            /** @enum {string} */
            kind: "agent";
        } | {
            /** @description The queue's id. */
            id: string;
            /** @enum {string} */
            kind: "queue";
        } | {
            /** @description The entry point's id. */
            id: string;
            /** @enum {string} */
            kind: "entry_point";
        } | {
            /** @enum {string} */
            kind: "number";
            /** @description The number. */
            number: string;
        };
        /**
         * @description With what an agent talks.
         * @enum {string}
         */
        Device: "browser" | "sip_phone";
        /**
         * @description Who called whom.
         * @enum {string}
         */
        Direction: "inbound" | "outdial" | "consult";
        /** @description What was typed and not saved. */
        Draft: {
            /** @description Texts by variable, all that are to be kept; without the secure ones. */
            values: [
                string,
                string
            ][];
        };
        /** @description Who is to leave. */
        DropParty: {
            /** @description The party's id. */
            party: string;
        };
        /** @description The other desktop of an agent who signs in twice. */
        Elsewhere: {
            /** @description What it is called: browser and machine. */
            label: string;
            /**
             * Format: int64
             * @description Since when.
             */
            since_ms: number;
            /**
             * Format: int64
             * @description Whether a conversation goes on there, and since when.
             */
            talking_since_ms?: number | null;
        };
        /** @description The configuration as files. */
        Exported: {
            /**
             * @description The flows, by their paths as the `tenant.yaml` has them: each in its Live version, or else
             *     its newest.
             */
            flows: {
                [key: string]: string;
            };
            /**
             * @description Environment variables that stand for secrets, which are not given away. Applied here again,
             *     the secrets stay as they are.
             */
            left_out: string[];
            /**
             * Format: int64
             * @description The revision.
             */
            revision: number;
            /** @description The `tenant.yaml`. */
            yaml: string;
        };
        /** @description What the tenant lets agents do. */
        Features: {
            /** @description Contacts are answered by themselves after two beeps. */
            auto_answer: boolean;
            /** @description Agents may end a call while the caller is there. */
            may_end_call: boolean;
            /** @description The queue of the agent's contact lets agents pause its recording. */
            may_pause_recording: boolean;
        };
        /**
         * Format: binary
         * @description A file's bytes.
         */
        FileContent: string;
        /** @description Which contacts to find. */
        Find: {
            /** @description Only contacts of this caller's number. */
            ani?: string | null;
            /**
             * Format: int64
             * @description Only contacts that arrived before this moment.
             */
            before_ms?: number | null;
            /**
             * Format: int64
             * @description Only contacts that arrived at or after this moment.
             */
            from_ms?: number | null;
            /** @description At most so many, 1 to 200; 50 when left out. */
            limit?: number | null;
        };
        /** @description A flow with its versions. */
        FlowDetails: {
            /** @description The flow. */
            flow: components["schemas"]["FlowSummary"];
            /** @description Its versions, the newest first. */
            versions: components["schemas"]["FlowVersion"][];
        };
        /** @description Something that the checks found in a flow. */
        FlowFinding: {
            /** @description The activity's label. */
            activity?: string | null;
            /** @description What to do about it. */
            help?: string | null;
            /** @description What is wrong. */
            message: string;
            /** @description The rule's name. */
            rule: string;
            /** @description `note`, `warning` or `error`. */
            severity: string;
        };
        /**
         * @description A label of a flow's versions.
         * @enum {string}
         */
        FlowLabel: "Latest" | "Live" | "Test" | "Dev";
        /** @description A flow, without its versions. */
        FlowSummary: {
            /** @description Its path in `tenant.yaml`. */
            file: string;
            /** @description Its id. */
            id: string;
            /** @description Whether it is a subflow. */
            is_subflow: boolean;
            /** @description Its labels, Latest first. */
            labels: components["schemas"]["Labelled"][];
            /** @description Its name, as in the newest version. */
            name: string;
        };
        /** @description What an upload led to. */
        FlowUploaded: {
            /** @description What the checks found. */
            findings: components["schemas"]["FlowFinding"][];
            /** @description The flow's id. */
            flow: string;
            /** @description Whether a version was made: the text of the newest one makes none. */
            is_new: boolean;
            /** @description The flow's labels now. */
            labels: components["schemas"]["Labelled"][];
            /** @description What flows with a label refer to and the tenant does not have. */
            missing: components["schemas"]["Missing"][];
            /** @description The flow's name. */
            name: string;
            /**
             * Format: int64
             * @description The number of the version.
             */
            number: number;
        };
        /** @description A version of a flow, without its text. */
        FlowVersion: {
            /**
             * Format: int64
             * @description How many errors the checks found when it was uploaded.
             */
            errors: number;
            /** @description SHA-256 of the text, in hex. */
            hash: string;
            /** @description The flow's name in it. */
            name: string;
            /** @description Why. */
            note: string;
            /**
             * Format: int64
             * @description Its number, from 1.
             */
            number: number;
            /**
             * Format: int64
             * @description When.
             */
            uploaded_ms: number;
            /**
             * Format: int64
             * @description How many warnings.
             */
            warnings: number;
            /** @description Who. */
            who: string;
        };
        /** @description From a caller's phone to the server. */
        FromCaller: {
            /** @description The caller's number, or `anonymous`. */
            from: string;
            /** @description The number that is called. */
            to: string;
            /** @enum {string} */
            type: "dial";
        } | {
            /** @description The answer (SDP). */
            sdp: string;
            /** @enum {string} */
            type: "audio_answer";
        } | {
            /** @enum {string} */
            type: "audio_failed";
            /** @description Why, for the log. */
            why: string;
        } | {
            /** @description Which, in their order. */
            keys: string;
            /** @enum {string} */
            type: "keys";
        } | {
            /** @enum {string} */
            type: "hang_up";
        } | {
            /** @enum {string} */
            type: "ping";
        };
        /** @description From a page to the server. */
        FromDesk: {
            /**
             * Format: int64
             * @description [`DeskView::seq`] of the last view that it has; none for a fresh page.
             */
            seen?: number | null;
            /** @description The tab's name, which it keeps over reloads; see [`crate::SignIn::tab`]. */
            tab: string;
            /** @enum {string} */
            type: "hello";
            /** @description Whether it wants the audio if no other tab has it. */
            wants_audio: boolean;
        } | {
            /** @enum {string} */
            type: "claim_audio";
        } | {
            /** @description Which connection. */
            leg: string;
            /** @description The answer (SDP). */
            sdp: string;
            /** @enum {string} */
            type: "audio_answer";
        } | {
            /** @description Which connection. */
            leg: string;
            /** @enum {string} */
            type: "audio_failed";
            /** @description Why, for the log. */
            why: string;
        } | {
            /** @description Which connection. */
            leg: string;
            /** @description The figures. */
            quality: components["schemas"]["Quality"];
            /** @enum {string} */
            type: "quality";
        } | {
            /** @enum {string} */
            type: "ping";
        };
        /** @description A password for a user. */
        GivenPassword: {
            /** @description Whether the user has to choose another one at the next sign-in. */
            must_change_password?: boolean;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
        };
        /** @description Why a desktop is not the agent's any more. */
        Gone: {
            /** @enum {string} */
            reason: "signed_out";
        } | {
            /** @description Where. */
            elsewhere: components["schemas"]["Elsewhere"];
            /** @enum {string} */
            reason: "elsewhere";
        } | {
            /** @enum {string} */
            reason: "session_ended";
        } | {
            /** @enum {string} */
            reason: "stopping";
        };
        /** @description Keys. */
        Keys: {
            /** @description `0`-`9`, `*`, `#`, `A`-`D`; at most 32. */
            digits: string;
        };
        /** @description How many objects of a kind there are. */
        KindCount: {
            /** @description How many. */
            count: number;
            /** @description Whether there is exactly one, whose id is the kind's word. */
            is_single: boolean;
            /** @description The kind. */
            kind: components["schemas"]["ConfigurationKind"];
        };
        /** @description A move of a label. */
        LabelMove: {
            /**
             * Format: int64
             * @description When.
             */
            changed_ms: number;
            /** @description Why. */
            note: string;
            /**
             * Format: int64
             * @description The number of the flow's version; none when the flow was deleted.
             */
            number?: number | null;
            /**
             * Format: int64
             * @description The revision of the whole configuration that the move made.
             */
            revision: number;
            /**
             * Format: int64
             * @description The label's version after the move.
             */
            version: number;
            /** @description Who. */
            who: string;
        };
        /** @description Where a label is to be. */
        LabelToBe: {
            /** @description Why. */
            note?: string;
            /**
             * Format: int64
             * @description The number of the flow's version.
             */
            number: number;
            /**
             * Format: int64
             * @description The label's version that the move builds on; 0 where it was never set.
             */
            version: number;
        };
        /** @description A label on a version. */
        Labelled: {
            /** @description The label. */
            label: components["schemas"]["FlowLabel"];
            /**
             * Format: int64
             * @description The number of the flow's version.
             */
            number: number;
            /**
             * Format: int64
             * @description Grows with each move; a move names the one that it builds on. 0 for Latest.
             */
            version: number;
        };
        /**
         * @description The language of the pages.
         * @enum {string}
         */
        Language: "en" | "ja";
        /**
         * @description How a party's leg stands.
         * @enum {string}
         */
        LegState: "ringing" | "talking" | "on_hold" | "gone";
        /** @description A link that signs in once. */
        Link: {
            /**
             * Format: password
             * @description The link's last part.
             */
            token: string;
        };
        /** @description A new token. */
        MadeToken: {
            /** @description The token's text, shown this once: `Authorization: Bearer …`. */
            text: string;
            /** @description The token. */
            token: components["schemas"]["ApiToken"];
        };
        /** @description Who is signed in. */
        Me: {
            /** @description The id of the agent whose desktop the user may use; none for who is no agent. */
            agent?: string | null;
            /** @description What unsafe requests carry in the header `X-Trunkline-CSRF`. */
            csrf: string;
            /** @description The name for people. */
            display_name: string;
            /**
             * Format: int64
             * @description When the session ends, however it is used.
             */
            ends_ms: number;
            /** @description The user's id. */
            id: components["schemas"]["UserId"];
            /** @description The language of the pages. */
            language: components["schemas"]["Language"];
            /** @description Whether the user has to choose another password before anything else. */
            must_change_password: boolean;
            /** @description The sign-in name. */
            name: string;
            /** @description What the user has chosen for the pages. */
            preferences: components["schemas"]["Preferences"];
            /** @description The roles. */
            roles: components["schemas"]["Role"][];
            /** @description The ids of the teams that the user may see as a supervisor. */
            teams: string[];
        };
        /** @description Something that a flow refers to and the tenant does not have. */
        Missing: {
            /** @description The activity's label; none for a variable. */
            activity?: string | null;
            /** @description The id of the flow that refers to it. */
            flow: string;
            /** @description That flow's name. */
            flow_name: string;
            /** @description Its id, as the flow has it. */
            id: string;
            kind?: null | components["schemas"]["ConfigurationKind"];
            /** @description Its name, as the flow has it; else the id. */
            name: string;
            /**
             * @description An object that would do, to be looked through and put under `id` of it; none where only a
             *     person knows, such as for audio files.
             */
            proposal?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description Whether nobody hears the agent. */
        Muted: {
            /** @description Whether nobody does. */
            muted: boolean;
        };
        /** @description Something with an id and a name for people. */
        Named: {
            /** @description The id. */
            id: string;
            /** @description The name. */
            name: string;
        };
        /** @description The first administrator. */
        NewAdministrator: {
            /** @description The name for people. */
            display_name: string;
            /** @description The language of the pages. */
            language: components["schemas"]["Language"];
            /** @description The sign-in name. */
            name: string;
            /**
             * Format: password
             * @description The password: 12 to 128 characters, not the name, none that is tried first.
             */
            password: string;
        };
        /** @description An object to be put. */
        ObjectToBe: {
            /** @description Why. */
            note?: string;
            /**
             * @description The value, as in `tenant.yaml`. A secret is a text, or `{"kept": true}` for the one that is
             *     there.
             */
            value: {
                [key: string]: unknown;
            };
            /**
             * Format: int64
             * @description The version that the change builds on; 0 makes an object that is not there yet.
             */
            version: number;
        };
        /** @description Objects of a kind. */
        Objects: {
            /** @description The objects, in the order of `tenant.yaml`. */
            objects: Record<string, never>[];
        };
        /** @description Calls to numbers outside. */
        Outdial: {
            /**
             * @description The numbers that may be shown to those who are called (outdial ANI); the first is taken
             *     unless another is chosen.
             */
            anis: components["schemas"]["Named"][];
        };
        /** @description A number to be called. */
        OutdialTo: {
            /** @description The id of the outdial ANI; the first when left out. */
            ani?: string | null;
            /** @description The number, as typed. */
            number: string;
        };
        /** @description What there is of the configuration. */
        Overview: {
            /**
             * Format: int64
             * @description The revision that new contacts meet; older for a moment after a change.
             */
            in_force: number;
            /** @description All kinds, in the order of `tenant.yaml`. */
            kinds: components["schemas"]["KindCount"][];
            /** @description What of the newest revision is not taken over, and why; for people. */
            notes: string[];
            /**
             * Format: int64
             * @description The newest revision.
             */
            revision: number;
        };
        /** @description One party of a conversation, not the agent who looks. */
        Party: {
            /** @description Unique within the contact. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["PartyKind"];
            /** @description Its name; the number if it has none. */
            name: string;
            /** @description Its number, if it has one. */
            number?: string | null;
            /**
             * Format: int64
             * @description Since when.
             */
            since_ms: number;
            /** @description How it stands. */
            state: components["schemas"]["LegState"];
        };
        /**
         * @description What a party is.
         * @enum {string}
         */
        PartyKind: "caller" | "agent" | "number" | "queue";
        /** @description A new password. */
        PasswordChange: {
            /**
             * Format: password
             * @description The new one: 12 to 128 characters, not the name, none that is tried first.
             */
            new: string;
            /**
             * Format: password
             * @description The present one.
             */
            old: string;
        };
        /** @description A contact that an agent has had or missed, or that a customer has made. */
        PastContact: {
            /** @description The last agent's name. */
            agent?: string | null;
            /** @description The caller's number. */
            ani: string;
            /**
             * Format: int64
             * @description When it arrived.
             */
            arrived_ms: number;
            /** @description The caller's name, if a variable gave one. */
            customer_name?: string | null;
            /** @description Who called whom. */
            direction: components["schemas"]["Direction"];
            /** @description The contact's id. */
            id: string;
            /** @description Whether it goes on. */
            is_live: boolean;
            /** @description What became of it. */
            outcome: components["schemas"]["PastOutcome"];
            /** @description The last queue's name. */
            queue?: string | null;
            /**
             * Format: int64
             * @description How long they talked, in milliseconds.
             */
            talk_ms: number;
            /** @description The name of the wrap-up code. */
            wrap_up?: string | null;
        };
        /** @description An object as it was after a change. */
        PastObject: {
            /**
             * Format: int64
             * @description When.
             */
            changed_ms: number;
            /** @description Why. */
            note: string;
            /**
             * Format: int64
             * @description The revision of the whole configuration that the change made.
             */
            revision: number;
            /** @description The value then; none when the change deleted it. */
            value?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: int64
             * @description The version that the change made.
             */
            version: number;
            /** @description Who. */
            who: string;
        };
        /**
         * @description What became of a contact.
         * @enum {string}
         */
        PastOutcome: "handled" | "missed" | "abandoned" | "transferred" | "self_service";
        /** @description A step of what happened before, for people: pages have a sentence for each kind. */
        PathStep: {
            /** @description Whether something went wrong. */
            is_problem: boolean;
            /**
             * @description What happened: `called`, `request` (with `name`, `status`), `heard` (`text`), `pressed`
             *     (`digits`, `name`), `queued` (`queue`), `offered`, `missed`, `answered`, `held`, `resumed`,
             *     `consulted`, `transferred`, `requeued`, `hung_up`, `problem` (`name`, `text`), `pop`.
             */
            kind: string;
            /**
             * Format: int64
             * @description When, in milliseconds since the contact arrived.
             */
            t_ms: number;
            /** @description What the sentence needs, by name. */
            with: {
                [key: string]: string;
            };
        };
        /**
         * @description How a conversation stands for this agent.
         * @enum {string}
         */
        Phase: "offered" | "dialling" | "talking" | "on_hold" | "consulting" | "conference" | "wrap_up";
        /**
         * @description What is done to an object.
         * @enum {string}
         */
        PlanAction: "create" | "update" | "delete" | "unchanged";
        /** @description What is done to an object. */
        PlanStep: {
            /** @description What is done. */
            action: components["schemas"]["PlanAction"];
            /** @description What changes: keys of the value, `order`, `version`, `file`, or the names of labels. */
            fields: string[];
            /** @description The id; empty when only the order of the kind's objects changes. */
            id: string;
            /** @description The kind's word, or `flow`. */
            kind: string;
            /** @description The name for people. */
            name: string;
        };
        /** @description A page of the CRM that the flow wants opened. */
        Pop: {
            /** @description The contact. */
            contact: string;
            /** @description Variables that still had the flow's default when the address was made (decision 2). */
            from_defaults: string[];
            /**
             * Format: int32
             * @description Unique within the contact.
             */
            id: number;
            /** @description What the flow calls it. */
            label: string;
            outcome?: null | components["schemas"]["PopOutcome"];
            /** @description Where it is to open. */
            target: components["schemas"]["PopTarget"];
            /** @description The address; `https` or `http` only. */
            url: string;
        };
        /**
         * @description What became of a pop.
         * @enum {string}
         */
        PopOutcome: "opened" | "blocked" | "opened_by_hand" | "not_frameable";
        /** @description What became of a pop. */
        PopShown: {
            /** @description What. */
            outcome: components["schemas"]["PopOutcome"];
        };
        /**
         * @description Where a page is to open.
         * @enum {string}
         */
        PopTarget: "new_tab" | "same_tab" | "panel";
        /** @description What a user has chosen for the pages; the language is with the user. */
        Preferences: {
            /** @default comfortable */
            density: components["schemas"]["Density"];
            /**
             * @description Shortcuts that were remapped: action to key combination, as the pages name them. At most
             *     64, each text up to 64 characters.
             * @default {}
             */
            shortcuts: {
                [key: string]: string;
            };
            /** @default system */
            theme: components["schemas"]["Theme"];
        };
        /** @description Why a request was not carried out. */
        Problem: {
            /** @description The stable code. */
            code: string;
            /** @description What is wrong this time. */
            detail: string;
            elsewhere?: null | components["schemas"]["Elsewhere"];
            /**
             * @description For `invalid` and `invalid-configuration`: the field at fault, as a path
             *     (`values[0].name`); of several the first.
             */
            field?: string | null;
            /** @description Names this occurrence; the server's log has it too where the server is at fault. */
            instance: string;
            label?: null | components["schemas"]["Labelled"];
            /** @description For `invalid-configuration`: everything that is wrong. */
            problems?: components["schemas"]["ConfigurationProblem"][] | null;
            /**
             * @description Why, as a stable word: of `invalid` passwords, and of what desktops refuse
             *     ([`trunkline_desk::Reason`]).
             */
            reason?: string | null;
            /**
             * Format: int64
             * @description For `locked-out` and `too-many-requests`: seconds to wait.
             */
            retry_after_s?: number | null;
            stale_object?: null | components["schemas"]["StaleObject"];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What is wrong, the same for every occurrence of the code. */
            title: string;
            /** @description The address of a page about the code. */
            type: string;
            /** @description For `in-use`: everything that refers to it. */
            usages?: components["schemas"]["Usage"][] | null;
            user?: null | components["schemas"]["User"];
            /** @description For `stale`: the values now, by name. */
            values?: [
                string,
                string
            ][] | null;
            /**
             * Format: int64
             * @description For `stale` and `stale-plan`: the version (revision) to build on.
             */
            version?: number | null;
        };
        /** @description How good the audio is at the browser. */
        Quality: {
            /**
             * Format: double
             * @description Jitter, in milliseconds.
             */
            jitter_ms?: number | null;
            /**
             * Format: double
             * @description Packets lost, in percent.
             */
            loss_percent?: number | null;
            /**
             * Format: double
             * @description The way there and back, in milliseconds.
             */
            round_trip_ms?: number | null;
        };
        /** @description A queue, as the foot of the desktop shows it. */
        QueueFigures: {
            /** @description The id. */
            id: string;
            /**
             * Format: int64
             * @description Since when the first of them waits; none when nobody does.
             */
            longest_since_ms?: number | null;
            /** @description The name. */
            name: string;
            /**
             * Format: int64
             * @description Contacts that wait.
             */
            waiting: number;
        };
        /**
         * @description Whether a target can be reached.
         * @enum {string}
         */
        Reach: "reachable" | "signed_out" | "idle" | "busy" | "nobody_there" | "closed";
        /** @description Whether the recording pauses. */
        Recording: {
            /** @description Whether it pauses. */
            paused: boolean;
        };
        /** @description Records of the audit log. */
        Records: {
            /**
             * Format: int64
             * @description `before` of the next page; none when this is the last one.
             */
            next?: number | null;
            /** @description The records, the newest first. */
            records: components["schemas"]["AuditRecord"][];
        };
        /**
         * @description What a user is. A user may be several at once.
         * @enum {string}
         */
        Role: "administrator" | "flow_developer" | "supervisor" | "agent" | "auditor";
        /**
         * @description What an API token may be used for, at most what its user's roles allow.
         * @enum {string}
         */
        Scope: "configuration:read" | "configuration:write" | "flows:read" | "flows:write" | "contacts:read" | "desk" | "users:read" | "users:write" | "audit:read";
        /** @description The value of a secure variable. */
        SecureValue: {
            /** @description The value. */
            value: string;
        };
        /** @description A step. */
        SetupStep: {
            /** @description Whether it is done. */
            is_done: boolean;
            /** @description Whether calls can be taken without it. */
            is_optional: boolean;
            /** @description What flows refer to and the tenant does not have, as far as this step brings it. */
            missing: components["schemas"]["Missing"][];
            /** @description Which step. */
            step: components["schemas"]["StepName"];
        };
        /** @description What has to be done before calls can be taken. */
        SetupSteps: {
            /** @description Whether all that are not optional are done. */
            is_complete: boolean;
            /** @description The steps, in a sensible order. */
            steps: components["schemas"]["SetupStep"][];
        };
        /** @description How an agent signs in. */
        SignIn: {
            /** @description The device. */
            device: components["schemas"]["Device"];
            /** @description What the other desktop is called in [`crate::Elsewhere`]: browser and machine. */
            label: string;
            /**
             * @description The tab that is to have the audio, by a name that it keeps over reloads:
             *     `<browser>:<tab>`. All tabs of one browser have the same first part, by which the server
             *     tells another tab of this desktop from a desktop elsewhere. At most 128 bytes.
             */
            tab: string;
            /** @description Whether a desktop elsewhere is to be let go. */
            take_over?: boolean;
            /** @description The team's id; the first of the agent's when left out. */
            team?: string | null;
        };
        /** @description A sound that is kept. */
        Sound: {
            /** @description The sound in Base64: WAV, mono, 8 kHz, 8-bit mu-law. */
            base64: string;
            /** @description Its SHA-256 in hexadecimal, by which it is named. */
            sha256: string;
        };
        /** @description A sound to be kept. */
        SoundToKeep: {
            /** @description The audio file in Base64, as for an upload. */
            base64: string;
        };
        /** @description What a caller says. */
        Speech: {
            /** @description The text, 1 to 300 characters. */
            text: string;
        };
        /**
         * @description How a stage went.
         * @enum {string}
         */
        StageStatus: "ok" | "failed" | "skipped";
        /** @description Two changes that build on the same version. */
        StaleObject: {
            /** @description The object now; none when it was deleted. */
            current?: Record<string, never> | null;
            /** @description The kind. */
            kind: components["schemas"]["ConfigurationKind"];
            /** @description The value that was to be put, secrets masked; none for a deletion. */
            yours?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * @description What an agent does. How a conversation stands is the contact's [`crate::Phase`].
         * @enum {string}
         */
        StateKind: "signed_out" | "idle" | "available" | "offered" | "engaged" | "wrap_up" | "rona";
        /**
         * @description A step.
         * @enum {string}
         */
        StepName: "administrator" | "connector" | "connector_test" | "flow" | "entry_point" | "queue" | "agent" | "audio";
        /** @description A line of the picker. */
        Target: {
            /** @description The name. */
            name: string;
            /** @description Whether it can be reached now, and if not, why. */
            reach: components["schemas"]["Reach"];
            /**
             * Format: int64
             * @description For agents: since when they are in their state. For queues: since when the first contact
             *     waits.
             */
            since_ms?: number | null;
            /** @description For agents: the team's name. */
            team?: string | null;
            /** @description Where it goes. */
            to: components["schemas"]["Destination"];
            /**
             * Format: int64
             * @description For queues: how many contacts wait.
             */
            waiting?: number | null;
        };
        /** @description What to look for: names and numbers of people, which belong into no address. */
        TargetSearch: {
            /** @description A part of a name, up to 100 characters; all targets when empty. */
            search?: string;
        };
        /**
         * @description Light or dark.
         * @enum {string}
         */
        Theme: "system" | "light" | "dark";
        /** @description A configuration as files. */
        ToApply: {
            /** @description The texts of the flows that it names, by their paths as it writes them. */
            flows?: {
                [key: string]: string;
            };
            /** @description Whether what it does not name is kept; otherwise that is deleted. */
            keep_others?: boolean;
            /** @description Why. */
            note?: string;
            /**
             * Format: int64
             * @description The revision that the plan was made for: applied only if it is the newest.
             */
            revision?: number | null;
            /**
             * @description The SHA-256 of sounds for its audio files, by their names; uploaded by `POST /sounds`
             *     before.
             */
            sounds?: {
                [key: string]: string;
            };
            /** @description The `tenant.yaml`. */
            yaml: string;
        };
        /** @description From the server to a caller's phone. */
        ToCaller: {
            /** @description The contact that it is. */
            contact: string;
            /**
             * Format: int64
             * @description The server's clock.
             */
            server_ms: number;
            /** @enum {string} */
            type: "called";
        } | {
            /** @description The offer (SDP). */
            sdp: string;
            /** @enum {string} */
            type: "audio_offer";
        } | {
            /** @enum {string} */
            type: "answered";
        } | {
            /** @description The id of the case that the flow has found so far. */
            case?: string | null;
            /** @description The contact. */
            contact: string;
            /** @description Whether nothing follows: event flows after the call have ended too. */
            is_over: boolean;
            /** @description Lines of `docs/trace.schema.json`; secure values masked. */
            steps: Record<string, never>[];
            /** @enum {string} */
            type: "steps";
        } | {
            /** @description Who ended it. */
            by: components["schemas"]["CallEnd"];
            /** @enum {string} */
            type: "ended";
        } | {
            /** @description A stable code, as of the interface's problems. */
            code: string;
            /** @description For people. */
            text: string;
            /** @enum {string} */
            type: "refused";
        } | {
            /**
             * Format: int64
             * @description The server's clock.
             */
            server_ms: number;
            /** @enum {string} */
            type: "pong";
        };
        /** @description From the server to a page. */
        ToDesk: {
            /** @enum {string} */
            type: "view";
            /** @description What is to be shown. */
            view: components["schemas"]["DeskView"];
        } | {
            /** @description Which. */
            pop: components["schemas"]["Pop"];
            /** @enum {string} */
            type: "pop";
        } | {
            /** @description Names the connection. */
            leg: string;
            /** @description The offer (SDP). */
            sdp: string;
            /** @enum {string} */
            type: "audio_offer";
        } | {
            /** @description Which. */
            leg: string;
            /** @enum {string} */
            type: "audio_end";
        } | {
            /** @enum {string} */
            type: "signed_out";
            /** @description Why. */
            why: components["schemas"]["Gone"];
        } | {
            /** @description A stable code. */
            code: string;
            /** @description For people. */
            text: string;
            /** @enum {string} */
            type: "refused";
        } | {
            /**
             * Format: int64
             * @description The server's clock.
             */
            server_ms: number;
            /** @enum {string} */
            type: "pong";
        };
        /**
         * @description An API token, by which it is listed and revoked; it gives no access.
         *
         *     A UUIDv7: unique everywhere, and sorted by when it was made.
         */
        TokenId: string;
        /** @description A token to be made. */
        TokenToMake: {
            /**
             * Format: int64
             * @description When it ends: later than now, within 366 days.
             */
            expires_ms: number;
            /** @description What it is for: 1 to 100 characters. */
            name: string;
            /** @description What it may be used for: one scope or more. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description Where the caller goes. */
        TransferTo: {
            to?: null | components["schemas"]["Destination"];
        };
        /** @description A number with a name. */
        TrialNumber: {
            /** @description Whose it is. */
            name: string;
            /** @description The number, in E.164. */
            number: string;
        };
        /** @description What may be tried. */
        TrialView: {
            /** @description Numbers to call from, with whose they are. */
            callers: components["schemas"]["TrialNumber"][];
            /** @description Numbers to call, with the names of their entry points. */
            numbers: components["schemas"]["TrialNumber"][];
            /** @description The languages in which typed texts can be spoken: `en`, `ja`, both, or none. */
            voices: string[];
        };
        /** @description An export to be uploaded. */
        Upload: {
            /** @description The file's name, for a new flow. */
            file?: string | null;
            /**
             * @description The id of the flow that it is a version of; when left out, the one with the export's id, or
             *     else its name, or else a new one.
             */
            flow?: string | null;
            label?: null | components["schemas"]["FlowLabel"];
            /** @description Why. */
            note?: string;
            /** @description The export, as it was written. */
            text: string;
        };
        /** @description Who refers to something. */
        Usage: {
            /** @description The field, or the activity of the flow. */
            field: string;
            /** @description The id. */
            id: string;
            /** @description The kind's word, or `flow`. */
            kind: string;
            /** @description The name for people. */
            name: string;
        };
        /** @description A user. */
        User: {
            /** @description The agent of the tenant that the user is. */
            agent?: string | null;
            /**
             * Format: int64
             * @description When the user was made.
             */
            created_ms: number;
            /** @description Whether the user may not sign in, nor use tokens. */
            disabled: boolean;
            /** @description The name for people. */
            display_name: string;
            /** @description Whether there is a password; without one the user cannot sign in. */
            has_password: boolean;
            /** @description Id. */
            id: components["schemas"]["UserId"];
            /** @description The language of the pages. */
            language: components["schemas"]["Language"];
            /**
             * Format: int64
             * @description When the user last signed in.
             */
            last_sign_in_ms?: number | null;
            /** @description Whether the user has to choose another password before anything else. */
            must_change_password: boolean;
            /** @description The sign-in name. Neither case nor width of its letters counts. */
            name: string;
            /** @description What the user has chosen for the pages. */
            preferences: components["schemas"]["Preferences"];
            /** @description What the user is. */
            roles: components["schemas"]["Role"][];
            /** @description The teams that a supervisor may see. */
            teams: string[];
            /**
             * Format: int64
             * @description Grows with each change by an administrator; a change names the version that it builds on.
             */
            version: number;
        };
        /**
         * @description A user.
         *
         *     A UUIDv7: unique everywhere, and sorted by when it was made.
         */
        UserId: string;
        /** @description What a user is to be. */
        UserToBe: {
            /** @description The id of the agent of the tenant that the user is. */
            agent?: string | null;
            /** @description Whether the user may not sign in, nor use tokens. */
            disabled: boolean;
            /** @description The name for people. */
            display_name: string;
            /** @description The language of the pages. */
            language: components["schemas"]["Language"];
            /** @description The sign-in name. */
            name: string;
            /** @description One role or more. */
            roles: components["schemas"]["Role"][];
            /** @description The ids of the teams that a supervisor may see. */
            teams: string[];
            /**
             * Format: int64
             * @description The version that the change builds on.
             */
            version: number;
        };
        /** @description A user to be made. */
        UserToMake: {
            /** @description The id of the agent of the tenant that the user is. */
            agent?: string | null;
            /** @description The name for people, 1 to 100 characters. */
            display_name: string;
            /** @description The language of the pages. */
            language?: components["schemas"]["Language"];
            /** @description Whether the user has to choose another password at the first sign-in. */
            must_change_password?: boolean;
            /** @description The sign-in name: 1 to 254 letters, digits and `.`, `_`, `-`, `@`, `+`. */
            name: string;
            /**
             * Format: password
             * @description The password; without one the user cannot sign in until one is set.
             */
            password?: string | null;
            /** @description One role or more. */
            roles: components["schemas"]["Role"][];
            /** @description The ids of the teams that a supervisor may see. */
            teams?: string[];
        };
        /** @description Users, by sign-in name. */
        Users: {
            /** @description Until when those of these users are locked who are, by id. */
            locked: {
                [key: string]: number;
            };
            /** @description `after` of the next page; none when this is the last one. */
            next?: string | null;
            /** @description The users. */
            users: components["schemas"]["User"][];
        };
        /**
         * @description The type of a variable.
         * @enum {string}
         */
        VariableKind: "string" | "integer" | "decimal" | "boolean" | "date_time" | "json";
        /** @description A variable of the flow that agents see. */
        VariableView: {
            /** @description Whether agents may change it. */
            is_editable: boolean;
            /** @description Whether it is better written in several lines. */
            is_long: boolean;
            /** @description Whether its value must not be kept or shown elsewhere. */
            is_secure: boolean;
            /** @description Its type. */
            kind: components["schemas"]["VariableKind"];
            /** @description What the desktop calls it. */
            label: string;
            /** @description The variable's name in the flow. */
            name: string;
            /**
             * Format: int32
             * @description Its place on the offer's card, from 0; none for those that are not on it.
             */
            pop_over?: number | null;
            /**
             * @description Its value as text; empty for secure ones, which are sent by themselves when they are asked
             *     for.
             */
            value: string;
        };
        /** @description Variables to be saved. */
        Variables: {
            /** @description Whether values that somebody else saved meanwhile are to be overwritten. */
            overwrite?: boolean;
            /** @description Values by variable. */
            values: [
                string,
                string
            ][];
            /**
             * Format: int64
             * @description [`crate::ContactView::variables_version`] on which the page built.
             */
            version: number;
        };
        /** @description Wrap-up. */
        WrapUp: {
            code?: null | components["schemas"]["Code"];
            /**
             * Format: int64
             * @description Since when.
             */
            since_ms: number;
            /**
             * Format: int64
             * @description When it ends by itself; none where it waits for the agent.
             */
            until_ms?: number | null;
        };
        /** @description What an agent does while wrapping up. */
        WrapUpAction: {
            /** @enum {string} */
            action: "code";
            /** @description The code's id. */
            code: string;
        } | {
            /** @enum {string} */
            action: "extend";
        } | {
            /** @enum {string} */
            action: "done";
            /** @description The code's id; the one that was chosen before when left out. */
            code?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
