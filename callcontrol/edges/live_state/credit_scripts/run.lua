return ops[operation]()
