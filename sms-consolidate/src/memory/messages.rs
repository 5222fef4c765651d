//! The messages of a shard, chained per key.

use std::collections::HashMap;

use super::arena::{Arena, Handle};
use crate::message::Arrived;

struct Link<M> {
    arrived: Arrived<M>,
    next: Option<Handle>,
}

/// The messages of one key since the last ones were taken. The newest points to the one before it, and not the other way
/// round: so a new message is written without touching an older one, which is seldom in the processor's cache.
#[derive(Debug, Default)]
pub(super) struct Chain {
    newest: Option<Handle>,
}

pub(super) struct Messages<M> {
    links: Arena<Link<M>>,
    /// What is left of a chain after its front was taken, by the key's entry, oldest first. Few keys have more than one
    /// batch waiting; so that one with many does not have its whole chain walked for each.
    fronts: HashMap<Handle, Handle>,
}

impl<M: Clone> Messages<M> {
    pub(super) fn new() -> Self {
        Self { links: Arena::new(), fronts: HashMap::new() }
    }

    pub(super) fn push(&mut self, chain: &mut Chain, arrived: Arrived<M>) {
        let link = Link { arrived, next: chain.newest };
        chain.newest = Some(self.links.insert(link));
    }

    /// Puts one before all others of `entry`.
    pub(super) fn push_front(&mut self, entry: Handle, chain: &mut Chain, arrived: Arrived<M>) {
        let front = self.fronts.remove(&entry).or_else(|| self.turn_round(chain.newest.take()));
        self.fronts.insert(entry, self.links.insert(Link { arrived, next: front }));
    }

    /// Takes out the oldest `count` of `entry`, or all if there are fewer.
    pub(super) fn take_front(&mut self, entry: Handle, chain: &mut Chain, count: usize) -> Vec<Arrived<M>> {
        let mut taken = Vec::with_capacity(count);
        let mut front = self.fronts.remove(&entry);
        while taken.len() < count {
            front = front.or_else(|| self.turn_round(chain.newest.take()));
            let Some(oldest) = front else { break };
            let link = self.links.remove(oldest);
            taken.push(link.arrived);
            front = link.next;
        }
        if let Some(front) = front {
            self.fronts.insert(entry, front);
        }
        taken
    }

    /// Copies of those of `entry` from the `from`th on, `count` of them.
    pub(super) fn copy(&self, entry: Handle, chain: &Chain, from: usize, count: usize) -> Vec<Arrived<M>> {
        let mut behind: Vec<Handle> = self.follow(chain.newest).collect();
        behind.reverse();
        let front = self.follow(self.fronts.get(&entry).copied());
        let chosen = front.chain(behind).skip(from).take(count);
        chosen.filter_map(|handle| Some(self.links.get(handle)?.arrived.clone())).collect()
    }

    fn follow(&self, first: Option<Handle>) -> impl Iterator<Item = Handle> {
        std::iter::successors(first, |handle| self.links.get(*handle).and_then(|link| link.next))
    }

    /// Has a chain point the other way, and returns its new first one.
    fn turn_round(&mut self, newest: Option<Handle>) -> Option<Handle> {
        let (mut turned, mut rest) = (None, newest);
        while let Some(handle) = rest {
            let link = self.links.get_mut(handle).expect("a chain names messages that are here");
            rest = std::mem::replace(&mut link.next, turned);
            turned = Some(handle);
        }
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn texts(parts: Vec<Arrived<u32>>) -> Vec<u32> {
        parts.into_iter().map(|arrived| arrived.message).collect()
    }

    fn arrived(message: u32) -> Arrived<u32> {
        Arrived { message, at: Timestamp::default() }
    }

    #[test]
    fn a_chain_keeps_its_order_whatever_is_taken() {
        let mut messages = Messages::new();
        let mut entries = Arena::new();
        let keys = [entries.insert(()), entries.insert(())];
        let mut chains = [Chain::default(), Chain::default()];
        for n in 0..20 {
            messages.push(&mut chains[n as usize % 2], arrived(n));
        }
        let [even, odd] = &mut chains;
        assert_eq!(texts(messages.copy(keys[0], even, 2, 3)), [4, 6, 8]);
        assert_eq!(texts(messages.take_front(keys[0], even, 4)), [0, 2, 4, 6]);
        messages.push(even, arrived(100));
        messages.push(even, arrived(101));
        assert_eq!(texts(messages.copy(keys[0], even, 4, 4)), [16, 18, 100, 101]);
        assert_eq!(texts(messages.take_front(keys[0], even, 7)), [8, 10, 12, 14, 16, 18, 100]);
        assert!(messages.take_front(keys[0], even, 0).is_empty());
        assert_eq!(texts(messages.take_front(keys[0], even, 9)), [101], "no more than there are");
        assert!(messages.fronts.is_empty());
        assert_eq!(messages.links.len(), 10);
        assert_eq!(texts(messages.take_front(keys[1], odd, 1)), [1]);
        messages.push(odd, arrived(200));
        messages.push_front(keys[1], odd, arrived(300));
        messages.push_front(keys[1], odd, arrived(301));
        assert_eq!(texts(messages.take_front(keys[1], odd, 3)), [301, 300, 3]);
        assert_eq!(texts(messages.take_front(keys[1], odd, 100)), [5, 7, 9, 11, 13, 15, 17, 19, 200]);
        assert_eq!(messages.links.len(), 0);
        assert!(messages.fronts.is_empty());
        assert!(messages.copy(keys[1], odd, 0, 10).is_empty());
        messages.push_front(keys[1], odd, arrived(400));
        messages.push(odd, arrived(401));
        assert_eq!(texts(messages.take_front(keys[1], odd, 2)), [400, 401]);
    }
}
