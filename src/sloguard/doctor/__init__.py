"""A pre-flight: is everything that sloguard needs there and in order?"""
