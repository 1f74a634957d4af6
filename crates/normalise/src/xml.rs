//! XML as JSON, the way Jackson's `XmlMapper` builds a tree: the root element is dropped,
//! attributes and child elements are fields under their local names, repeated ones are arrays,
//! text beside them stands under the empty name, and every value is a text. Entities of a DTD are
//! never expanded and nothing outside the document is read.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::error::NormaliseError;
use crate::tree::{Budget, Tree};

const KIND: &str = "XML";

/// The most attributes of one element; the library's search for repeated ones is quadratic.
const MAX_ATTRIBUTES: usize = 256;

/// What is wrong, in words.
type Wrong = Cow<'static, str>;

/// Reads a document.
pub(crate) fn read(body: &str) -> Result<Tree, NormaliseError> {
    let body = body.trim_start_matches('\u{feff}');
    let mut reader = Reader::from_str(body);
    let mut builder = Builder::default();
    loop {
        let event = reader.read_event();
        let event = event.map_err(|error| library(&error));
        let done = matches!(event, Ok(Event::Eof));
        let taken = event.and_then(|event| builder.take(event));
        if let Err(reason) = taken {
            let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let syntax = || NormaliseError::at(KIND, body, offset, reason);
            return Err(builder.budget.passed(KIND).unwrap_or_else(syntax));
        }
        if done {
            break;
        }
    }
    let missing = || NormaliseError::at(KIND, body, body.len(), "there is no element");
    builder.root.ok_or_else(missing)
}

/// The library's own message may quote the answer.
fn library(error: &quick_xml::Error) -> Wrong {
    use quick_xml::Error;
    use quick_xml::errors::IllFormedError;
    Cow::Borrowed(match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
            "an end tag does not match its start tag"
        }
        Error::IllFormed(_) => "the document is not well formed",
        Error::Syntax(_) => "the markup is not XML",
        Error::InvalidAttr(_) => "an attribute is malformed",
        Error::Escape(_) => "a reference is malformed or names an entity that is not expanded",
        _ => "the document cannot be read",
    })
}

/// Builds the tree with a stack of its own, so that depth costs no call stack.
struct Builder {
    open: Vec<Element>,
    root: Option<Tree>,
    budget: Budget,
}

impl Default for Builder {
    fn default() -> Self {
        Self { open: Vec::new(), root: None, budget: Budget::new() }
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), Wrong> {
        match event {
            Event::Start(start) => self.start(&start),
            Event::End(_) => self.end(),
            Event::Empty(start) => {
                self.start(&start)?;
                self.end()
            }
            Event::Text(text) => self.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => self.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => self.reference(&reference),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(()),
            Event::Eof if self.open.is_empty() => Ok(()),
            Event::Eof => Err("an element is not closed".into()),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Wrong> {
        if self.open.is_empty() && self.root.is_some() {
            return Err("there is more than one root element".into());
        }
        let name = start.local_name().as_ref().to_owned();
        self.budget.take(self.open.len(), name.len())?;
        if let Some(parent) = self.open.last_mut() {
            parent.flush(&self.budget)?;
        }
        let mut element = Element::new(name);
        for attribute in start.attributes().take(MAX_ATTRIBUTES + 1).enumerate() {
            let (index, attribute) = attribute;
            if index == MAX_ATTRIBUTES {
                return Err("an element has more than 256 attributes".into());
            }
            let attribute = attribute.map_err(|_| "an attribute is malformed")?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| library(&error))?;
            self.budget.take(self.open.len() + 1, value.len())?;
            element.attribute(attribute.key.as_ref(), value.into_owned());
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Wrong> {
        let element = self.open.pop().ok_or("an end tag has no start tag")?;
        let name = element.name.clone();
        let tree = element.close(&self.budget)?;
        match self.open.last_mut() {
            Some(parent) => parent.insert(name, tree),
            None => self.root = Some(tree),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Wrong> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err("there is text outside the root element".into()),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Wrong> {
        let character = reference.resolve_char_ref().map_err(|_| "a reference is malformed")?;
        if let Some(character) = character {
            return self.text(character.encode_utf8(&mut [0; 4]));
        }
        let predefined = quick_xml::escape::resolve_xml_entity(reference);
        self.text(predefined.ok_or("it refers to an entity, and entities are not expanded")?)
    }
}

/// An element whose end has not come.
struct Element {
    name: String,
    fields: Vec<(String, Tree)>,
    places: HashMap<String, usize>,
    text: String,
    nil: bool,
}

impl Element {
    fn new(name: String) -> Self {
        let (fields, places) = (Vec::new(), HashMap::new());
        Self { name, fields, places, text: String::new(), nil: false }
    }

    fn attribute(&mut self, key: &str, value: String) {
        let local = key.rsplit(':').next().unwrap_or(key);
        match key {
            "xmlns" => {}
            _ if key.starts_with("xmlns:") => {}
            "xsi:nil" => self.nil = matches!(value.trim(), "true" | "1"),
            _ => self.insert(local.to_owned(), Tree::Text(value)),
        }
    }

    /// Adds a field; a second one of the name makes an array.
    fn insert(&mut self, name: String, value: Tree) {
        let Some(place) = self.places.get(&name) else {
            self.places.insert(name.clone(), self.fields.len());
            self.fields.push((name, value));
            return;
        };
        // Elements are never lists themselves, so a list here is one of earlier namesakes.
        match &mut self.fields[*place].1 {
            Tree::List(items) => items.push(value),
            first => {
                let before = std::mem::replace(first, Tree::Null);
                *first = Tree::List(vec![before, value]);
            }
        }
    }

    /// Keeps the text so far as a field, unless it is only space between elements.
    fn flush(&mut self, budget: &Budget) -> Result<(), &'static str> {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        budget.take(0, text.len())?;
        self.insert(String::new(), Tree::Text(text));
        Ok(())
    }

    fn close(mut self, budget: &Budget) -> Result<Tree, &'static str> {
        if self.nil {
            return Ok(Tree::Null);
        }
        if self.fields.is_empty() {
            budget.take(0, self.text.len())?;
            return Ok(Tree::Text(self.text));
        }
        self.flush(budget)?;
        Ok(Tree::Map(self.fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> String {
        serde_json::to_string(&read(body).unwrap()).unwrap()
    }

    #[test]
    fn documents_become_the_trees_of_jackson() {
        let cases = [
            ("<r><a>1</a><b>x</b></r>", r#"{"a":"1","b":"x"}"#),
            ("<r><a>1</a><b/><a>2</a><a>3</a></r>", r#"{"a":["1","2","3"],"b":""}"#),
            ("<r i=\"7\"><a k='v'>t</a></r>", r#"{"i":"7","a":{"k":"v","":"t"}}"#),
            ("<r>one<a/>two</r>", r#"{"":["one","two"],"a":""}"#),
            ("<r>one<a/></r>", r#"{"":"one","a":""}"#),
            ("<r>\n  <a> x </a>\n</r>", r#"{"a":" x "}"#),
            ("<r>text</r>", "\"text\""),
            ("<r/>", "\"\""),
            ("<r a='1'/>", r#"{"a":"1"}"#),
            ("<r a='1'><a>2</a></r>", r#"{"a":["1","2"]}"#),
            ("<r><a>&lt;&amp;&#65;&#x42;</a></r>", r#"{"a":"<&AB"}"#),
            ("<r><a k='&quot;&#10;'/></r>", r#"{"a":{"k":"\"\n"}}"#),
            ("<r><a><![CDATA[<b>&amp;]]></a></r>", r#"{"a":"<b>&amp;"}"#),
            ("<r><a>x<!-- c -->y<?p?>z</a></r>", r#"{"a":"xyz"}"#),
            ("<?xml version='1.0' encoding='UTF-8'?>\n<r><a/></r>\n", r#"{"a":""}"#),
            ("\u{feff}<r><a/></r>", r#"{"a":""}"#),
            ("<s:E xmlns:s='u'><s:B xmlns='v'>1</s:B></s:E>", r#"{"B":"1"}"#),
            ("<r xmlns:xsi='x'><a xsi:nil='true'/></r>", r#"{"a":null}"#),
            ("<!DOCTYPE r><r><a/></r>", r#"{"a":""}"#),
            ("<r><M\u{fc}>\u{e4}</M\u{fc}></r>", "{\"M\u{fc}\":\"\u{e4}\"}"),
        ];
        for (body, expected) in cases {
            assert_eq!(json(body), expected, "{body}");
        }
    }

    #[test]
    fn nothing_is_expanded() {
        let laughs = "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><r>&b;</r>";
        let outside = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>";
        let attribute = "<!DOCTYPE r [<!ENTITY a 'ha'>]><r k='&a;'/>";
        for body in [laughs, outside, attribute] {
            let error = read(body).unwrap_err();
            assert!(error.to_string().contains("not expanded"), "{error}");
        }
    }

    #[test]
    fn what_is_not_xml_is_an_error_without_content() {
        for body in [
            "",
            "  ",
            "canary",
            "<canary>",
            "<canary></x>",
            "</canary>",
            "<a/><b/>",
            "<a/>canary",
            "<a",
            "<a b=canary/>",
            "<a b='1' b='2'/>",
            "<a>&canary;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "{\"canary\":1}",
            "<!DOCTYPE a [",
            "<![CDATA[x]]>",
            "<a><!-- x</a>",
        ] {
            let error = read(body).unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
        }
        let error = read("<a>\n <b></c></a>").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn depth_width_and_attributes_are_bounded() {
        let deep = format!("{}{}", "<a>".repeat(90), "</a>".repeat(90));
        assert!(read(&deep).is_ok());
        let attributes: String = (0..50_000).map(|i| format!(" a{i}='1'")).collect();
        for body in [
            "<a>".repeat(100_000),
            format!("<r>{}</r>", "<a/>".repeat(300_000)),
            format!("<r{attributes}/>"),
        ] {
            assert!(read(&body).is_err());
        }
        let wide: String = (0..50_000).map(|i| format!("<a{i}/>")).collect();
        assert!(read(&format!("<r>{wide}</r>")).is_ok());
    }
}
