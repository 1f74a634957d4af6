//! One contact's life: its flow, its event flows, its place in a queue, its agent.
