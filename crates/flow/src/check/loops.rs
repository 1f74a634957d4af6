//! Loops that a flow cannot leave.

use crate::flow::{Flow, Node};

use super::subject::{is_failure_port, ports};

/// The activities that are over at once. Any other takes time: it plays, waits or asks.
const INSTANT: [&str; 9] = [
    "business-hours",
    "case-statement",
    "condition-activity",
    "parse-activity",
    "percent-allocation",
    "queue-contact",
    "queue-lookup",
    "screen-pop",
    "set-variable",
];

/// A loop that is never left but by a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    /// Its activities by their places, in the order of the file.
    pub(super) nodes: Vec<usize>,
    /// Whether time passes in it.
    pub(super) takes_time: bool,
}

impl Loop {
    /// The labels of its activities, as a message names them.
    pub(super) fn names(&self, flow: &Flow) -> String {
        let labels = self.nodes.iter().take(5).map(|place| &*flow.nodes[*place].label);
        let names = labels.collect::<Vec<_>>().join(", ");
        if self.nodes.len() > 5 { format!("{names}, …") } else { names }
    }
}

/// The loops of a flow from which no port leads out, failures apart.
pub(super) fn endless(flow: &Flow) -> Vec<Loop> {
    let next: Vec<Vec<usize>> = flow.nodes.iter().map(normal_links).collect();
    let groups = groups(&next);
    let mut members = vec![Vec::new(); flow.nodes.len()];
    for (place, group) in groups.iter().enumerate() {
        members[*group].push(place);
    }
    let is_closed = |group: usize| {
        let nodes: &[usize] = &members[group];
        let is_loop = nodes.iter().any(|place| next[*place].iter().any(|to| groups[*to] == group));
        is_loop
            && nodes.iter().all(|place| {
                let stays = next[*place].iter().all(|to| groups[*to] == group);
                stays && !has_open_port(&flow.nodes[*place])
            })
    };
    let closed = (0..members.len()).filter(|group| is_closed(*group));
    let as_loop = |group: usize| Loop {
        takes_time: members[group].iter().any(|place| takes_time(&flow.nodes[*place])),
        nodes: members[group].clone(),
    };
    closed.map(as_loop).collect()
}

fn normal_links(node: &Node) -> Vec<usize> {
    let normal = node.links.iter().filter(|(port, _)| !is_failure_port(port));
    normal.map(|(_, target)| *target).collect()
}

/// Whether a port leads nowhere, and so out. What an activity that is not run would do is unknown.
fn has_open_port(node: &Node) -> bool {
    let is_run = node.descriptor.is_some_and(|descriptor| descriptor.is_executable);
    !is_run || ports(node).iter().any(|port| !is_failure_port(port) && node.link(port).is_none())
}

fn takes_time(node: &Node) -> bool {
    let plays_nothing = || node.activity.templates().iter().all(|text| text.is_blank());
    match &*node.kind {
        "play-message" => !plays_nothing(),
        kind => !INSTANT.contains(&kind),
    }
}

/// For each node, the group of nodes that can all come to each other; a group is named by one of
/// its nodes. Two walks (Kosaraju), neither of them recursive.
fn groups(next: &[Vec<usize>]) -> Vec<usize> {
    let mut before = vec![Vec::new(); next.len()];
    for (from, targets) in next.iter().enumerate() {
        targets.iter().for_each(|to| before[*to].push(from));
    }
    let mut group = vec![usize::MAX; next.len()];
    for root in finished(next).into_iter().rev() {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if group[node] == usize::MAX {
                group[node] = root;
                open.extend(&before[node]);
            }
        }
    }
    group
}

/// Nodes in the order in which a walk in depth is done with them.
fn finished(next: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(next.len());
    let mut seen = vec![false; next.len()];
    for root in 0..next.len() {
        let mut open = vec![(root, 0)];
        while let Some((node, child)) = open.pop() {
            if child == 0 && std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match next[node].get(child) {
                Some(target) => open.extend([(node, child + 1), (*target, 0)]),
                None => order.push(node),
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_those_that_can_come_to_each_other() {
        let next = [vec![1], vec![2], vec![0, 3], vec![4], vec![3], vec![5], vec![]];
        let group = groups(&next);
        assert!(group[0] == group[1] && group[1] == group[2]);
        assert!(group[3] == group[4] && group[3] != group[0]);
        assert!(group[5] != group[6]);
        assert_eq!(group.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    }

    #[test]
    fn a_long_chain_is_no_deep_recursion() {
        let length = 200_000;
        let next: Vec<_> = (0..length).map(|node| vec![(node + 1) % length]).collect();
        assert_eq!(groups(&next).iter().collect::<std::collections::HashSet<_>>().len(), 1);
    }
}
