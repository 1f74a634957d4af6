//! Where rendered text goes.

use crate::context::Sink;
use crate::value::Value;

/// Takes rendered text; each call gives the number of bytes taken.
pub(crate) trait Output {
    fn literal(&mut self, text: &str);
    fn value(&mut self, value: &Value<'_>) -> usize;
}

impl Output for String {
    #[inline]
    fn literal(&mut self, text: &str) {
        self.push_str(text);
    }

    #[inline]
    fn value(&mut self, value: &Value<'_>) -> usize {
        let before = self.len();
        value.write_to(self);
        self.len() - before
    }
}

/// Hands text to a [`Sink`].
pub(crate) struct SinkOutput<'s> {
    sink: &'s mut dyn Sink,
    buffer: String,
}

impl<'s> SinkOutput<'s> {
    pub(crate) fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, buffer: String::new() }
    }
}

impl Output for SinkOutput<'_> {
    fn literal(&mut self, text: &str) {
        self.sink.literal(text);
    }

    fn value(&mut self, value: &Value<'_>) -> usize {
        self.buffer.clear();
        value.write_to(&mut self.buffer);
        if !self.buffer.is_empty() {
            self.sink.substituted(&self.buffer);
        }
        self.buffer.len()
    }
}
