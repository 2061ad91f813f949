-- Who ended a conversation longest ago; an offer that came to nothing only counts among equals (the tie).
strategies.longest_idle = {
    score = function(agent)
        return number_of(agent.last_talk)
    end,
}
