//! YAML as a tree of texts with places: scalars stay text, since the schema types them.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::fault::small;
use super::yaml_fault;
use crate::text::Bilingual;

/// A value in a YAML file.
#[derive(Clone, Debug)]
pub struct Node {
    /// First byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// What stands there.
    pub data: Data,
    /// Bytes of text and number of nodes that it comes to when aliases are written out.
    weight: u64,
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

impl Data {
    /// Whether it is an empty or null plain scalar.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(t, true) if matches!(t.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// Where reading stopped.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The byte.
    pub at: u32,
    /// Why.
    pub why: Bilingual,
    /// Whether the rest of the file is not read.
    last: bool,
}

/// Nesting deeper than this is refused.
const DEPTH: usize = 64;
/// Aliases that come to more than this when written out are refused.
const EXPANDED: u64 = 4 << 20;

struct Open {
    node: Node,
    key: Option<Rc<Node>>,
    anchor: usize,
}

/// Reads all documents; what was complete before a fault is kept, and reading goes on at the next record.
pub fn read(text: &str) -> (Vec<Rc<Node>>, Vec<Broken>) {
    let (mut roots, mut faults, mut from) = (Vec::new(), Vec::new(), 0);
    while let Some((broken, last)) = Part::new(text, from).read(&mut roots) {
        let next = if broken.last {
            None
        } else {
            resume(text, last.max(from))
        };
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
    let bytes = text.as_bytes();
    let line = |from: usize| memchr::memchr(b'\n', bytes.get(from..)?).map(|n| from + n + 1);
    let mut at = line(at)?;
    loop {
        let rest = &bytes[at..];
        if rest.starts_with(b"- ") || rest.starts_with(b"-\n") || rest.starts_with(b"---") {
            return Some(at);
        }
        at = line(at)?;
    }
}

/// A text from some byte on, being read.
struct Part<'t> {
    text: &'t str,
    from: usize,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Rc<Node>>,
    expanded: u64,
    /// Where the last event began.
    last: usize,
}

impl<'t> Part<'t> {
    fn new(text: &'t str, from: usize) -> Self {
        Self {
            text,
            from,
            parser: Parser::new_from_str(&text[from..]),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            expanded: 0,
            last: from,
        }
    }

    /// Reads on to the end or to a fault; gives the fault, and a byte up to which all was read.
    fn read(mut self, roots: &mut Vec<Rc<Node>>) -> Option<(Broken, usize)> {
        loop {
            let fault = match self.parser.next_event()? {
                Ok((Event::StreamEnd, _)) => return None,
                Ok((event, span)) => self.event(event, span, roots).err(),
                Err(e) => Some(self.broken(&e)),
            };
            if let Some(broken) = fault {
                let last = self.last;
                keep_complete(self.open, roots);
                return Some((broken, last));
            }
        }
    }

    fn broken(&self, e: &granit_parser::ScanError) -> Broken {
        let (at, why) = yaml_fault::fault(e, &self.text[self.from..]);
        Broken {
            at: small(self.from + at),
            why,
            last: false,
        }
    }

    fn event(
        &mut self,
        event: Event<'_>,
        span: granit_parser::Span,
        roots: &mut Vec<Rc<Node>>,
    ) -> Result<(), Broken> {
        let range = span.byte_range().unwrap_or(0..0);
        let (start, end) = (self.from + range.start, self.from + range.end);
        self.last = self.last.max(start);
        let place = (small(start), small(end - start));
        let done = match event {
            Event::Scalar(value, style, anchor, _) => {
                let data = Data::Scalar(value.into_owned(), style == ScalarStyle::Plain);
                self.close(Node::new(place, data), anchor)
            }
            Event::SequenceStart(_, anchor, ..) => {
                return self.open(place, Data::List(vec![]), anchor);
            }
            Event::MappingStart(_, anchor, ..) => {
                return self.open(place, Data::Map(vec![]), anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(mut o) => {
                    o.node.len = small(start).saturating_sub(o.node.start);
                    self.close(o.node, o.anchor)
                }
                None => return Ok(()),
            },
            Event::Alias(id) => self.alias(id, small(start))?,
            _ => return Ok(()),
        };
        attach(done, &mut self.open, roots);
        Ok(())
    }

    fn open(&mut self, place: (u32, u32), data: Data, anchor: usize) -> Result<(), Broken> {
        let node = Node::new(place, data);
        self.open.push(Open {
            node,
            key: None,
            anchor,
        });
        if self.open.len() > DEPTH {
            let why = Bilingual::new(
                format!("套了 {DEPTH} 层以上"),
                format!("nested deeper than {DEPTH} levels"),
            );
            return Err(Broken {
                at: place.0,
                why,
                last: false,
            });
        }
        Ok(())
    }

    fn close(&mut self, node: Node, anchor: usize) -> Rc<Node> {
        let node = Rc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        node
    }

    fn alias(&mut self, id: usize, at: u32) -> Result<Rc<Node>, Broken> {
        let Some(node) = self.anchors.get(&id) else {
            let why = Bilingual::new("*名称 引用了它自己", "an alias refers to what it stands in");
            return Err(Broken {
                at,
                why,
                last: false,
            });
        };
        self.expanded = self.expanded.saturating_add(node.weight);
        if self.expanded > EXPANDED {
            let why = Bilingual::new(
                "*名称 的引用展开后过大，以下没有读",
                "the aliases come to too much when written out; the rest is not read",
            );
            return Err(Broken {
                at,
                why,
                last: true,
            });
        }
        Ok(Rc::clone(node))
    }
}

impl Node {
    fn new((start, len): (u32, u32), data: Data) -> Self {
        let weight = match &data {
            Data::Scalar(t, _) => 1 + t.len() as u64,
            _ => 1,
        };
        Self {
            start,
            len,
            data,
            weight,
        }
    }
}

fn attach(node: Rc<Node>, open: &mut [Open], roots: &mut Vec<Rc<Node>>) {
    let Some(parent) = open.last_mut() else {
        roots.push(node);
        return;
    };
    parent.node.weight = parent.node.weight.saturating_add(node.weight);
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
