//! Words by which figures are told apart.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$what])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// Its name in metrics.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// How a call ended.
    CallOutcome {
        /// After talking to an agent.
        Handled = "handled",
        /// In the flow, without a queue: served by the flow alone.
        SelfService = "self_service",
        /// The caller hung up while waiting in a queue or while an agent's phone rang.
        Abandoned = "abandoned",
        /// By going to a number outside.
        Transferred = "transferred",
        /// By a failure that nothing could take up.
        Failed = "failed",
        /// The program made a mistake over it.
        Crashed = "crashed",
        /// Refused, as its number has no entry point or the caller may not call it.
        Refused = "refused",
        /// Refused, since there were too many calls, no ports, no journal, or a stop was near.
        Overload = "overload",
    }
}

words! {
    /// How a request of a flow ended.
    DipOutcome {
        /// With a status below 400.
        Ok = "ok",
        /// With a status of 400 to 499.
        ClientError = "client_error",
        /// With a status of 500 or more.
        ServerError = "server_error",
        /// Without an answer in time.
        Timeout = "timeout",
        /// Without an answer: no connection, no name, no TLS.
        Unreachable = "unreachable",
        /// Not sent: a guard or the configuration held it back.
        Denied = "denied",
    }
}

impl DipOutcome {
    /// The outcome of an answer with this status.
    pub fn of_status(status: u16) -> Self {
        match status {
            0..=399 => Self::Ok,
            400..=499 => Self::ClientError,
            500.. => Self::ServerError,
        }
    }
}

words! {
    /// Why a commit failed.
    JournalFault {
        /// The disk is full.
        Full = "full",
        /// Another process holds the database.
        Busy = "busy",
        /// The database is damaged.
        Damaged = "damaged",
        /// Somebody else owns a stream now.
        Fenced = "fenced",
        /// Anything else.
        Other = "other",
    }
}
