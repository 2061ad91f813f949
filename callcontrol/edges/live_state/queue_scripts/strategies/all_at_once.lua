-- All who are free, in the order of the list.
strategies.all_at_once = {
    together = true,
    score = function(_, seat)
        return seat.position
    end,
}
