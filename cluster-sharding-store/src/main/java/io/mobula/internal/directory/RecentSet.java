package io.mobula.internal.directory;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashSet;

/** Set that forgets its oldest member when it exceeds its limit. */
final class RecentSet<T> extends AbstractSet<T> {
  private final LinkedHashSet<T> members = new LinkedHashSet<>();
  private final int limit;

  RecentSet(int limit) {
    this.limit = limit;
  }

  @Override
  public boolean add(T member) {
    boolean added = members.add(member);
    if (members.size() > limit) {
      members.removeFirst();
    }
    return added;
  }

  @Override
  public boolean contains(Object member) {
    return members.contains(member);
  }

  @Override
  public Iterator<T> iterator() {
    return members.iterator();
  }

  @Override
  public int size() {
    return members.size();
  }
}
