//! YAML as a tree of texts with places: scalars stay text, since the schema types them.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};

/// A value in a YAML file.
#[derive(Clone, Debug)]
pub struct Node {
    /// First byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// What stands there.
    pub data: Data,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Data {
    /// Text, and whether it was written without quotation marks.
    Scalar(String, bool),
    /// A list.
    List(Vec<Rc<Node>>),
    /// Keys and values in order.
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

/// Where reading stopped.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The byte.
    pub at: u32,
    /// Why.
    pub why: String,
}

/// Nesting deeper than this is refused.
const DEPTH: usize = 64;

struct Open {
    node: Node,
    key: Option<Rc<Node>>,
    anchor: usize,
}

/// Reads all documents; what was complete before a fault is kept, and reading goes on at the next record.
pub fn read(text: &str) -> (Vec<Rc<Node>>, Vec<Broken>) {
    let (mut roots, mut faults, mut from) = (Vec::new(), Vec::new(), 0);
    while faults.len() < 100 {
        let Some(broken) = part(text, from, &mut roots) else {
            break;
        };
        let next = resume(text, broken.at as usize);
        faults.push(broken);
        match next {
            Some(n) if n > from => from = n,
            _ => break,
        }
    }
    (roots, faults)
}

/// The next line that begins a record or a document.
fn resume(text: &str, at: usize) -> Option<usize> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let mut line = at + text[at..].find('\n')? + 1;
    loop {
        let rest = &text[line..];
        if rest.starts_with("- ") || rest.starts_with("---") {
            return Some(line);
        }
        line += rest.find('\n')? + 1;
    }
}

fn part(text: &str, from: usize, roots: &mut Vec<Rc<Node>>) -> Option<Broken> {
    let mut parser = Parser::new_from_str(&text[from..]);
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: BTreeMap<usize, Rc<Node>> = BTreeMap::new();
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    loop {
        let (event, span) = match parser.next_event()? {
            Ok(e) => e,
            Err(e) => {
                let at = from + e.marker().byte_offset().unwrap_or(0);
                keep_complete(open, roots);
                return Some(Broken {
                    at: small(at),
                    why: e.to_string(),
                });
            }
        };
        let range = span.byte_range().unwrap_or(0..0);
        let (start, len) = (small(from + range.start), small(range.len()));
        let done = match event {
            Event::Scalar(value, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let node = Rc::new(Node {
                    start,
                    len,
                    data: Data::Scalar(value.into_owned(), plain),
                });
                anchors.insert(anchor, Rc::clone(&node));
                Some(node)
            }
            Event::SequenceStart(_, anchor, ..) => {
                open.push(Open {
                    node: Node {
                        start,
                        len,
                        data: Data::List(vec![]),
                    },
                    key: None,
                    anchor,
                });
                None
            }
            Event::MappingStart(_, anchor, ..) => {
                open.push(Open {
                    node: Node {
                        start,
                        len,
                        data: Data::Map(vec![]),
                    },
                    key: None,
                    anchor,
                });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|mut o| {
                o.node.len = small(from + range.start).saturating_sub(o.node.start);
                let node = Rc::new(o.node);
                anchors.insert(o.anchor, Rc::clone(&node));
                node
            }),
            Event::Alias(id) => anchors.get(&id).cloned(),
            Event::StreamEnd => return None,
            _ => None,
        };
        if open.len() > DEPTH {
            keep_complete(open, roots);
            return Some(Broken {
                at: start,
                why: format!("nested deeper than {DEPTH} levels"),
            });
        }
        if let Some(node) = done {
            attach(node, &mut open, roots);
        }
    }
}

fn attach(node: Rc<Node>, open: &mut [Open], roots: &mut Vec<Rc<Node>>) {
    let Some(parent) = open.last_mut() else {
        roots.push(node);
        return;
    };
    match &mut parent.node.data {
        Data::List(items) => items.push(node),
        Data::Map(pairs) => match parent.key.take() {
            None => parent.key = Some(node),
            Some(key) => pairs.push((key, node)),
        },
        Data::Scalar(..) => {}
    }
}

/// Of what was open at a fault, the complete items of the outermost list.
fn keep_complete(open: Vec<Open>, roots: &mut Vec<Rc<Node>>) {
    if let Some(Open { node, .. }) = open.into_iter().next()
        && matches!(node.data, Data::List(_))
    {
        roots.push(Rc::new(node));
    }
}
