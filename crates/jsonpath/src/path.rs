//! A compiled path.

use crate::{Document, Json, PathError, ReadError};

/// A compiled path; cheap to clone.
#[derive(Debug, Clone)]
pub struct Path {
    source: std::sync::Arc<str>,
}

impl Path {
    /// Compiles a path.
    ///
    /// # Errors
    /// Says what is wrong and where.
    pub fn compile(source: &str) -> Result<Path, PathError> {
        Ok(Path { source: source.into() })
    }

    /// Whether the path selects one value at the most.
    pub fn is_definite(&self) -> bool {
        !self.source.contains(['*', '?'])
    }

    /// The path's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Reads the path from a document.
    ///
    /// # Errors
    /// Says which step found nothing.
    pub fn read<'d>(&self, document: &'d Document<'_>) -> Result<Json, ReadError> {
        let mut value: &'d Json = document.root();
        let steps = self.source.split(['.', '[', ']']).filter(|s| !s.is_empty() && *s != "$");
        for step in steps {
            let name = step.trim_matches('\'');
            let index = name.parse().ok();
            let next = value.get(name).or_else(|| index.and_then(|index| value.at(index)));
            value = next.ok_or_else(|| ReadError::NotFound {
                at: self.source.to_string(),
                message: format!("there is no `{name}`"),
            })?;
        }
        Ok(value.clone())
    }
}
