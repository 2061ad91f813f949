-- A leg has ended. ARGV[2]: leg. Answers whether it had places.
return release(ARGV[2])
