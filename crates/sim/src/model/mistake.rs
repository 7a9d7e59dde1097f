//! Rules to get wrong on purpose. A comparison that does not notice proves nothing.

/// A deliberate mistake of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// A message postpones a lone closed timer (against §18 M1).
    MessagePostponesClosing,
    /// With both timers, the shorter closed one does not wait for the other (against M2).
    ClosedRunsFromTheStart,
    /// Setting the state restarts no clock (against M7).
    StateKeepsClocks,
    /// A blank timer disables it (against M3).
    BlankDisables,
    /// A timer carried out late says when it was carried out, not when it was due (against U25).
    LateFiringIsLate,
    /// Editing a message is activity (against U2).
    EditIsActivity,
    /// A closed conversation keeps its address pairs (against contract §6.1).
    ClosingKeepsPairs,
    /// The index of a deleted last message is used again (against contract §7.1).
    IndexIsReused,
    /// Webhooks hear of a reactivation only when its request says so (against U17).
    QuietReactivation,
}

impl Mistake {
    /// Every mistake.
    pub const ALL: [Mistake; 9] = [
        Mistake::MessagePostponesClosing,
        Mistake::ClosedRunsFromTheStart,
        Mistake::StateKeepsClocks,
        Mistake::BlankDisables,
        Mistake::LateFiringIsLate,
        Mistake::EditIsActivity,
        Mistake::ClosingKeepsPairs,
        Mistake::IndexIsReused,
        Mistake::QuietReactivation,
    ];
}
