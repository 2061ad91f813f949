-- Who had the fewest conversations in the window's present period, over all queues.
strategies.fewest_calls = {
    periodic = true,
    score = function(agent, _, queue)
        return number_of(call('HGET', P .. 'talks:' .. queue.window .. ':' .. periods[queue.window], agent.name))
    end,
}
