-- Who talked least in the window's present period, over all queues.
strategies.least_talked = {
    periodic = true,
    score = function(agent, _, queue)
        return number_of(call('HGET', P .. 'talked:' .. queue.window .. ':' .. periods[queue.window], agent.name))
    end,
}
