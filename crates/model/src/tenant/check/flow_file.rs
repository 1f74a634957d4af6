//! Each flow file is named once.

use std::collections::HashMap;

use super::{ParseOptions, Path, Report, Tenant};

/// Reports a flow file that is named twice.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (index, flow) in tenant.flows.iter().enumerate() {
        let other = *first.entry(plain(&flow.file)).or_insert(index);
        if other != index {
            report.at(&Path::root("flows").index(index).key("file"), || {
                format!("flows[{other}] names this file already; leave one of them out")
            });
        }
    }
}

/// The path without `.` and empty parts: `./a//b.json` is `a/b.json`.
pub(in crate::tenant) fn plain(file: &str) -> String {
    let root = if file.starts_with('/') { "/" } else { "" };
    let parts = file.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    format!("{root}{}", parts.collect::<Vec<_>>().join("/"))
}
