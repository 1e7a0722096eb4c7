//! Mutation that knows DER: it changes one value and leaves every length around it right, also through OCTET STRINGs and
//! BIT STRINGs that hold DER themselves. Blind mutation hardly ever gets past the outermost length.

use libfuzzer_sys::fuzzer_mutate;

use crate::tlv;

/// What libFuzzer's custom mutator is: the input in `data[..size]` becomes another one, whose length is returned. One in four
/// is changed blindly, and all that hold no DER.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut chance = Chance(u64::from(seed));
    let changed = if chance.below(4) == 0 { None } else { changed(&data[..size], &mut chance) };
    match changed {
        Some(changed) if changed.len() <= max_size => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}

#[derive(Clone)]
struct Node {
    tag: u8,
    body: Body,
}

#[derive(Clone)]
enum Body {
    Value(Vec<u8>),
    /// Further values; `before` is what a BIT STRING has in front of them.
    Nodes {
        before: Vec<u8>,
        nodes: Vec<Node>,
    },
}

fn changed(data: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let (mut nodes, rest) = read(data, 0);
    let count = count(&nodes);
    if count == 0 {
        return None;
    }
    let other = node_at(&mut nodes, chance.below(count)).map(|(list, index)| list[index].clone())?;
    let (list, index) = node_at(&mut nodes, chance.below(count))?;
    match chance.below(8) {
        0..=2 => change_value(&mut list[index], chance),
        3 => drop(list.remove(index)),
        4 => list.insert(index, other),
        5 => list[index] = other,
        6 => list[index].tag = TAGS[chance.below(TAGS.len())],
        // Many at once, to reach what is counted.
        _ => {
            let twin = list[index].clone();
            drop(list.splice(index..index, std::iter::repeat_n(twin, 1 << chance.below(8))));
        }
    }
    let mut changed = Vec::with_capacity(2 * data.len());
    nodes.iter().for_each(|node| changed.extend(node.write()));
    changed.extend(rest);
    Some(changed)
}

/// The contents by libFuzzer's own ways, of a value that holds others as well.
fn change_value(node: &mut Node, chance: &mut Chance) {
    let mut contents = node.contents();
    let size = contents.len();
    let room = size + 1 + chance.below(64);
    contents.resize(room, 0);
    let size = fuzzer_mutate(&mut contents, size, room);
    contents.truncate(size);
    node.body = Body::Value(contents);
}

/// The values in a row, and what follows them and is none.
fn read(mut bytes: &[u8], depth: usize) -> (Vec<Node>, &[u8]) {
    let mut nodes = Vec::new();
    while let Some((tag, contents, rest)) = tlv::split(bytes) {
        nodes.push(Node { tag, body: Body::read(tag, contents, depth) });
        bytes = rest;
    }
    (nodes, bytes)
}

impl Body {
    fn read(tag: u8, contents: &[u8], depth: usize) -> Self {
        let is_constructed = tag & 0x20 != 0;
        let (before, inside) = match contents {
            [0, inside @ ..] if tag == tlv::BIT_STRING => (&contents[..1], inside),
            contents if is_constructed || tag == tlv::OCTET_STRING => (&contents[..0], contents),
            _ => return Self::Value(contents.to_vec()),
        };
        if depth == MAX_DEPTH {
            return Self::Value(contents.to_vec());
        }
        match read(inside, depth + 1) {
            (nodes, []) if is_constructed || !nodes.is_empty() => Self::Nodes { before: before.to_vec(), nodes },
            _ => Self::Value(contents.to_vec()),
        }
    }
}

impl Node {
    fn contents(&self) -> Vec<u8> {
        match &self.body {
            Body::Value(value) => value.clone(),
            Body::Nodes { before, nodes } => before.iter().copied().chain(nodes.iter().flat_map(Self::write)).collect(),
        }
    }

    fn write(&self) -> Vec<u8> {
        tlv::write(self.tag, &[&self.contents()])
    }
}

fn count(nodes: &[Node]) -> usize {
    nodes.iter().map(|node| if let Body::Nodes { nodes, .. } = &node.body { 1 + count(nodes) } else { 1 }).sum()
}

/// The node of a number, counted from the first downwards, as its place in the list that it stands in.
fn node_at(nodes: &mut Vec<Node>, number: usize) -> Option<(&mut Vec<Node>, usize)> {
    let mut left = number;
    for index in 0..nodes.len() {
        if left == 0 {
            return Some((nodes, index));
        }
        let size = count(&nodes[index..=index]);
        if left < size {
            let Body::Nodes { nodes, .. } = &mut nodes[index].body else { return None };
            return node_at(nodes, left - 1);
        }
        left -= size;
    }
    None
}

/// A small generator of its own (SplitMix64), so that libFuzzer's seed alone decides.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % limit as u64) as usize
    }
}

/// Deeper than anything here is nested.
const MAX_DEPTH: usize = 24;
/// Those that the formats here use.
const TAGS: [u8; 22] = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0xa0,
    0xa1, 0xa3, 0xa4,
];
