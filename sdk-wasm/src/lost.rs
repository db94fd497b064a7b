//! What the SDK had to give up, counted by reason and told to the collector: no event goes without a word.
//!
//! A report has an id of its own and keeps its counts until it was answered, so that telling it twice counts once.

use vigie_protocol::LostReason;

use crate::chance::Chance;
use crate::json::{write_member, write_name, write_number};
use crate::time::Timestamp;

/// Events given up, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost([u32; LostReason::ALL.len()]);

impl Lost {
    /// Counts events that were given up.
    pub(crate) fn add(&mut self, reason: LostReason, events: usize) {
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count = count.saturating_add(u32::try_from(events).unwrap_or(u32::MAX));
        }
    }

    /// Whether nothing was given up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }

    /// Events given up for this reason.
    #[must_use]
    pub fn count(&self, reason: LostReason) -> u32 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }
}

/// Counts on their way to the collector.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    id: String,
    lost: Lost,
}

impl Report {
    /// Takes what has been counted since the last report, if anything was.
    pub(crate) fn take(lost: &mut Lost, chance: &mut Chance, now: Timestamp) -> Option<Self> {
        (!lost.is_empty()).then(|| Self { id: chance.new_id(now), lost: std::mem::take(lost) })
    }

    /// Writes the batch's member `lost`.
    pub(crate) fn write(&self, out: &mut String) {
        write_name(out, "lost");
        out.push_str("{");
        write_member(out, "id", &self.id);
        for reason in LostReason::ALL {
            let count = self.lost.count(*reason);
            if count > 0 {
                write_name(out, reason.as_str());
                write_number(out, count.into(), 1);
            }
        }
        out.push_str("}");
    }
}

#[test]
fn a_report_takes_the_counts_with_it_and_keeps_its_id() {
    let (mut lost, mut chance) = (Lost::default(), Chance::new(3));
    assert!(Report::take(&mut lost, &mut chance, Timestamp(0)).is_none(), "nothing lost, nothing to tell");
    lost.add(LostReason::QueueFull, 2);
    lost.add(LostReason::Invalid, 1);
    let Some(report) = Report::take(&mut lost, &mut chance, Timestamp(0)) else { panic!("three were lost") };
    assert!(lost.is_empty());
    let mut out = String::from("{");
    report.write(&mut out);
    assert!(out.ends_with(r#"","queue_full":2,"invalid":1}"#), "{out}");
    let mut again = String::from("{");
    report.write(&mut again);
    assert_eq!(out, again);
}
