//! Repairs a file by the fixes of its findings.
//!
//! A fix changes one string. Only the bytes of that string that differ are touched; every other
//! byte of the file stays as it is (decision 15). An export holds the properties of an activity
//! twice: in `process`, which is what runs, and in `diagram.widgets`, which is what the editor
//! draws from. Where the copy in the widget is the same text it is repaired as well, so that the
//! two do not come apart when the file is imported again.

use std::collections::HashSet;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Fix};
use crate::json::{self, Json};

use super::places::{ranges, raw_offset, value_of};

/// A repaired file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The file's new text.
    pub text: String,
    /// What was repaired, in the order of the findings.
    pub applied: Vec<Applied>,
}

/// A repair that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The finding's rule.
    pub rule: &'static str,
    /// The activity's label; none for findings about the whole flow.
    pub activity: Option<String>,
    /// What was done, in a few words.
    pub title: String,
}

/// A change of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// The bytes that go.
    pub(super) range: Range<usize>,
    /// What comes in their place.
    pub(super) text: String,
}

/// Applies the fixes of findings to the text of the file that they were found in. Of several fixes
/// of one string only the first is applied: check again for the others. None when there is nothing
/// to repair.
pub fn fix(text: &str, diagnostics: &[Diagnostic]) -> Option<Fixed> {
    let mut wanted = json::read(text).ok()?;
    let mut done = HashSet::new();
    let (mut edits, mut applied) = (Vec::new(), Vec::new());
    for (finding, changes) in diagnostics.iter().zip(edits_of(text, diagnostics)) {
        let Some(fix) = finding.fix.as_ref().filter(|_| !changes.is_empty()) else { continue };
        if !done.insert(&finding.path) {
            continue;
        }
        for (path, edit) in changes {
            set(&mut wanted, &path, &fix.replacement);
            edits.push(edit);
        }
        let (rule, activity) = (finding.rule, finding.activity.clone());
        applied.push(Applied { rule, activity, title: fix.title.clone() });
    }
    edits.sort_by_key(|edit| edit.range.start);
    let repaired = apply(text, &edits);
    // Nothing but these strings may differ; a file of which that is not so is left alone.
    let is_right = !applied.is_empty() && json::read(&repaired).ok()? == wanted;
    is_right.then_some(Fixed { text: repaired, applied })
}

/// For each finding, the changes that make its fix, with the paths of the strings.
pub(super) fn edits_of(text: &str, found: &[Diagnostic]) -> Vec<Vec<(Vec<String>, Edit)>> {
    let mut owners = Vec::new();
    let mut paths: Vec<Vec<String>> = Vec::new();
    for (place, finding) in found.iter().enumerate().filter(|(_, it)| it.fix.is_some()) {
        let copy = path_in_widget(&finding.path);
        for path in std::iter::once(finding.path.clone()).chain(copy) {
            owners.push(place);
            paths.push(path);
        }
    }
    let borrowed: Vec<Vec<&str>> =
        paths.iter().map(|path| path.iter().map(String::as_str).collect()).collect();
    let ranges = ranges(text, &borrowed);
    let mut edits: Vec<Vec<(Vec<String>, Edit)>> = vec![Vec::new(); found.len()];
    for ((owner, path), range) in owners.into_iter().zip(paths).zip(ranges) {
        let finding = &found[owner];
        // A widget's copy follows its activity; it is not repaired for itself.
        let is_copy = path != finding.path;
        if is_copy && edits[owner].is_empty() {
            continue;
        }
        let edit = range.and_then(|range| edit(text, range, finding));
        edits[owner].extend(edit.map(|edit| (path, edit)));
    }
    edits
}

/// The change of one string. None where the file does not hold the text that the finding is about.
fn edit(text: &str, token: Range<usize>, finding: &Diagnostic) -> Option<Edit> {
    let Fix { replacement: new, .. } = finding.fix.as_ref()?;
    let raw = text.get(token.clone())?;
    let old = value_of(raw)?;
    if finding.excerpt.as_ref().is_none_or(|excerpt| excerpt.text != old) || old == *new {
        return None;
    }
    let before = common(old.chars(), new.chars());
    let rest = (&old[before..], &new[before..]);
    let after = common(rest.0.chars().rev(), rest.1.chars().rev());
    let start = token.start + raw_offset(raw, before);
    let end = token.start + raw_offset(raw, old.len() - after);
    let mut quoted = String::new();
    json::write_string(&rest.1[..rest.1.len() - after], &mut quoted);
    let inner = quoted.get(1..quoted.len().checked_sub(1)?)?;
    Some(Edit { range: start..end, text: inner.to_owned() })
}

/// How many bytes of the first are the same as in the second.
fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.range.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where the widget of the same activity keeps its copy: `…process.activities.ID.properties…` is
/// copied to `…diagram.widgets.ID.properties…`.
fn path_in_widget(path: &[String]) -> Option<Vec<String>> {
    let at = path.iter().position(|step| step == "process")?;
    let is_property = path.get(at + 1).is_some_and(|step| step == "activities")
        && path.get(at + 3).is_some_and(|step| step == "properties");
    if !is_property {
        return None;
    }
    let mut copy = path.to_vec();
    copy[at] = "diagram".to_owned();
    copy[at + 1] = "widgets".to_owned();
    Some(copy)
}

fn set(json: &mut Json, path: &[String], text: &str) {
    let mut value = json;
    for step in path {
        let next = match value {
            Json::Object(members) => {
                members.iter_mut().rev().find(|(key, _)| key == step).map(|(_, value)| value)
            }
            Json::Array(elements) => {
                step.parse::<usize>().ok().and_then(|place| elements.get_mut(place))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        };
        let Some(next) = next else { return };
        value = next;
    }
    *value = Json::String(text.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Excerpt, Severity};

    fn finding(path: &[&str], old: &str, new: &str) -> Diagnostic {
        let mut finding = Diagnostic::new("a-rule", Severity::Error, "m");
        finding.path = path.iter().map(|it| (*it).to_owned()).collect();
        finding.excerpt = Some(Excerpt { text: old.to_owned(), offset: 0 });
        finding.fix = Some(Fix { title: "t".to_owned(), replacement: new.to_owned() });
        finding
    }

    #[test]
    fn only_the_bytes_that_differ_change() {
        let text = "{\"a\" : \"\\u00e9\\/{{[x}}\\ud83d\\ude00\",\r\n\t\"b\":1.50}\n";
        let fixed = fix(text, &[finding(&["a"], "é/{{[x}}😀", "é/{{x}}😀")]).unwrap();
        assert_eq!(fixed.text, text.replace("{{[x", "{{x"));
        assert_eq!(fixed.applied.len(), 1);
    }

    #[test]
    fn what_is_put_in_is_escaped() {
        let fixed = fix("{\"a\":\"xy\"}", &[finding(&["a"], "xy", "x\"\\\ny")]).unwrap();
        assert_eq!(fixed.text, "{\"a\":\"x\\\"\\\\\\ny\"}");
        let fixed = fix("[\"aXa\"]", &[finding(&["0"], "aXa", "aa")]).unwrap();
        assert_eq!(fixed.text, "[\"aa\"]");
        let fixed = fix("[\"aa\"]", &[finding(&["0"], "aa", "aXa")]).unwrap();
        assert_eq!(fixed.text, "[\"aXa\"]");
    }

    #[test]
    fn of_two_fixes_of_one_string_the_first_counts() {
        let found = [finding(&["a"], "x", "y"), finding(&["a"], "x", "z")];
        let fixed = fix("{\"a\":\"x\"}", &found).unwrap();
        assert_eq!((fixed.text.as_str(), fixed.applied.len()), ("{\"a\":\"y\"}", 1));
    }

    #[test]
    fn what_the_file_does_not_hold_is_not_repaired() {
        for (text, path) in
            [("{\"a\":\"other\"}", "a"), ("{\"a\":1}", "a"), ("{}", "a"), ("{", "a"), ("", "a")]
        {
            assert_eq!(fix(text, &[finding(&[path], "x", "y")]), None, "{text}");
        }
        assert_eq!(fix("{\"a\":\"x\"}", &[]), None);
    }

    #[test]
    fn the_widgets_copy_follows_if_it_is_the_same() {
        let file = |copy: &str, old: &str| {
            format!(
                "{{\"process\":{{\"activities\":{{\"1\":{{\"properties\":{{\"u\":\"{old}\"}}}}}}}},\
                 \"diagram\":{{\"widgets\":{{\"1\":{{\"properties\":{{\"u\":\"{copy}\"}}}}}}}}}}"
            )
        };
        let path = ["process", "activities", "1", "properties", "u"];
        let fixed = fix(&file("x", "x"), &[finding(&path, "x", "y")]).unwrap();
        assert_eq!(fixed.text, file("y", "y"));
        let fixed = fix(&file("z", "x"), &[finding(&path, "x", "y")]).unwrap();
        assert_eq!(fixed.text, file("z", "y"));
        assert_eq!(fixed.applied.len(), 1);
        assert_eq!(fix(&file("x", "z"), &[finding(&path, "x", "y")]), None);
    }
}
