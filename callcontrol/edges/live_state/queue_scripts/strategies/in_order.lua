-- From the top of the list each time.
strategies.in_order = {
    score = function(_, seat)
        return seat.position
    end,
}
