-- The carrier has refused an emergency call for want of a channel: an ordinary leg gives way.
-- KEYS: legs, of. ARGV: channel prefix of the workers. Answers {victim's call, victim's leg}, '' where there is none.
return give_way(KEYS, ARGV[1])
