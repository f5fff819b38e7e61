package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;

/** Goes through the list again and again; with unequal weights through one in which the heavy ones stand more often. */
final class RoundRobin implements Selector {

    private final TurnOrder turns;
    final Rotation rotation;

    RoundRobin(Candidates list) {
        Candidate[] candidates = Copies.candidates(list);
        turns = TurnOrder.of(candidates, Copies.weights(candidates));
        rotation = list.previousSelector().orElse(null) instanceof RoundRobin previous
                ? previous.rotation
                : new Rotation(list.random());
    }

    @Override
    public Candidate select(PickRequest request) {
        return turns.next(rotation);
    }
}
