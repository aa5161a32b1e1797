package io.mobula.internal.store;

import io.mobula.internal.process.HeapExhaustion;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifier of the listeners of objects that have become ready, on the completing thread. If a
 * listener completes another object, the listeners of that object are called after this listener
 * and not inside it; so a chain of calls, each waiting for the one before, may have any length.
 */
final class CompletionNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(CompletionNotifier.class);
  private static final ThreadLocal<@Nullable Queue<Notification>> PENDING = new ThreadLocal<>();

  private record Notification(ObjectEntry entry, List<CompletionListener> waiters) {
    void tell() {
      for (var listener : waiters) {
        try {
          listener.onReady(entry);
        } catch (Throwable e) { // a failing listener must not keep the outcome from the others
          HeapExhaustion.exitIfExhausted(e);
          LOG.error("A waiter for {} failed to handle that it is ready", entry.id(), e);
        }
      }
    }
  }

  private CompletionNotifier() {}

  /**
   * Notifies all listeners of an entry. If this thread is notifying others at the moment, that
   * happens afterwards.
   */
  static void tell(ObjectEntry entry, List<CompletionListener> listeners) {
    if (listeners.isEmpty()) {
      return;
    }
    var pending = PENDING.get();
    if (pending != null) {
      pending.add(new Notification(entry, listeners));
    } else {
      tellThisAndWhatFollows(new Notification(entry, listeners));
    }
  }

  private static void tellThisAndWhatFollows(Notification first) {
    var pending = new ArrayDeque<Notification>();
    PENDING.set(pending);
    try {
      for (var next = first; next != null; next = pending.poll()) {
        next.tell();
      }
    } finally {
      PENDING.remove();
    }
  }
}
