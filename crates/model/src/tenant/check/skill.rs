//! Skills: enumerations list their values, the others have none.

use std::collections::HashSet;

use super::{ParseOptions, Path, Report, Tenant, shown};
use crate::tenant::routing::SkillType;

/// Reports enumerations without values, values without enumeration, and values listed twice.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    for (index, skill) in tenant.skills.iter().enumerate() {
        let path = Path::root("skills").index(index);
        match skill.kind {
            SkillType::Enum if skill.values.is_empty() => {
                report.at(&path, || "a skill of type enum needs `values: [...]`".to_owned());
            }
            SkillType::Enum => {}
            SkillType::Boolean | SkillType::Proficiency | SkillType::Text => {
                if !skill.values.is_empty() {
                    report.at(&path.key("values"), || {
                        "only a skill of type enum has values; leave them out".to_owned()
                    });
                }
            }
        }
        let mut seen = HashSet::new();
        for (position, value) in skill.values.iter().enumerate() {
            if !seen.insert(value) {
                report.at(&path.key("values").index(position), || {
                    format!("{} is listed already", shown(value))
                });
            }
        }
    }
}
