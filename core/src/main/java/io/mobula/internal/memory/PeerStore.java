package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of another process of this host, whose objects are read where they lie.
 *
 * <p>Any thread. Maps its files for reading, and one row of pins for writing. What has been opened
 * stays readable when the other process dies. After {@link #close} nothing can be opened, views
 * stay, and the row goes back to the owner when the last of them is unreachable.
 */
public final class PeerStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerStore.class);

  private final SharedStore reader;
  private final StoreAddress address;
  private final LifeLock claim;
  private final PeerTable table;
  private final PinProtocol pins;
  private final PeerSegments segments;
  private final LongConsumer onCondemned;
  /** One for the store itself while it is open, one for each handle that is pinned. */
  private final AtomicLong users = new AtomicLong(1);

  private volatile boolean ownerDied;
  private volatile boolean closed;

  private PeerStore(
      StoreReader who, StoreAddress address, LifeLock claim, PeerTable table, PinRow row, Path at) {
    this.reader = who.store();
    this.onCondemned = who.onCondemned();
    this.address = address;
    this.claim = claim;
    this.table = table;
    this.pins = new PinProtocol(table, row);
    this.segments = new PeerSegments(at, address.storeId());
  }

  /**
   * The process that reads.
   *
   * @param store its own store, whose threads look after views and touch new memory; the views
   *     survive its closing
   * @param claimant what it is called in the row it claims: any number but 0 and 1
   * @param onCondemned told the slot when this process has let go of an object that its owner waits
   *     to free, and is to have {@link SharedStore#nudge} called there. Called in any thread, so it
   *     must be quick. The owner looks by itself once a second
   */
  public record StoreReader(SharedStore store, long claimant, LongConsumer onCondemned) {}

  /**
   * Opens the store at this address for reading, if it is on this host, through the row that its
   * owner has offered ({@link SharedStore#offerRow}).
   *
   * <p>Costs some file operations, less than a millisecond.
   *
   * @throws StoreException if its files are damaged or of another layout, or the row is taken
   */
  public static AttachResult attach(StoreAddress address, int row, StoreReader who) {
    Path table;
    try {
      table = Path.of(address.directory(), "table");
    } catch (InvalidPathException e) {
      return new AttachResult.NotAttachable(address.directory() + " is no path here");
    }
    if (!Files.isReadable(table)) {
      return new AttachResult.NotAttachable(table + " is not there, or not for this user");
    }
    SharedFile file = SharedFile.open(table);
    if (!file.header().storeId().equals(address.storeId())) {
      return new AttachResult.NotAttachable(
          table + " is of store " + file.header().storeId() + ", wanted " + address);
    }
    file.header().requireMatch(FileHeader.Kind.TABLE, address.storeId(), 0, table.toString());
    return new AttachResult.Attached(claimed(address, file, row, who));
  }

  /** Whether the store at this address is on this host and may be read. Opens one file. */
  public static boolean isOnThisHost(StoreAddress address) {
    try {
      Path table = Path.of(address.directory(), "table");
      return Files.isReadable(table)
          && SharedFile.open(table).header().storeId().equals(address.storeId());
    } catch (InvalidPathException | StoreException notHere) {
      return false;
    }
  }

  private static PeerStore claimed(
      StoreAddress address, SharedFile table, int row, StoreReader who) {
    Path directory = Path.of(address.directory());
    PinRow pins = PinRow.open(directory, address.storeId(), row, PeerTable.chunkLog(table));
    LifeLock claim = ReaderRows.lock(directory, row);
    if (claim == null) {
      throw new StoreException("Row " + row + " of the pins in " + directory
          + " is locked by another process: ask its owner for another");
    }
    try {
      MemorySegment page = table.headerPage();
      PinMatrix.claim(page, row, who.claimant(), directory);
      return new PeerStore(who, address, claim, new PeerTable(table, page, pins), pins, directory);
    } catch (RuntimeException e) {
      letGo(claim);
      throw e;
    }
  }

  /**
   * A handle on an object there. Maps its segment if that has not been done, and has a background
   * thread touch its pages if this process's own store is set to.
   *
   * @throws IllegalStateException if its owner has freed it, or this store is closed
   * @throws StoreException if its owner has died or closed its store, or there is no such object,
   *     or a file is damaged
   */
  public PeerObject open(ObjectAddress object) {
    requireOpen();
    if (ownerDied) {
      throw new StoreException("The process of store " + address + " has died; wanted " + object);
    }
    table.ensureMapped(object.slot());
    if (!pin(object.slot(), object.generation())) {
      nudge(object.slot());
      throw refused(object);
    }
    try {
      return opened(object);
    } finally {
      if (unpin(object.slot())) {
        nudge(object.slot());
      }
    }
  }

  private RuntimeException refused(ObjectAddress object) {
    return Files.exists(Path.of(address.directory(), "table"))
        ? new IllegalStateException(object + " in store " + address + " has been freed")
        : new StoreException("The store " + address + " is closed; wanted " + object);
  }

  /** The object is pinned: what its slot says of it stands, and so does its segment. */
  private PeerObject opened(ObjectAddress object) {
    long slot = object.slot();
    int number = table.segment(slot);
    if (table.size(slot) != object.bytes()
        || (number == ObjectTable.NO_SEGMENT) != (object.bytes() == 0)) {
      throw new StoreException("Slot " + slot + " in store " + address + " has an object of "
          + table.size(slot) + " bytes in segment " + number + ", wanted " + object);
    }
    if (object.bytes() == 0) {
      return new PeerObject(this, null, 0, object);
    }
    Segment segment = segments.get(number);
    long offset = table.offset(slot);
    if (offset < 0 || offset > segment.bytes() - object.bytes()) {
      throw new StoreException(segment + " has " + segment.bytes() + " bytes, wanted " + object
          + " at " + offset + ": the table is damaged");
    }
    PeerObject opened = new PeerObject(this, segment, offset, object);
    if (segments.markTouched(segment)) {
      reader.touchInBackground(opened::touchSegment);
    }
    return opened;
  }

  /** Where the store is. */
  public StoreAddress address() {
    return address;
  }

  /**
   * Its process has died: nothing more is opened. What has been opened stays readable, as nobody is
   * left who could free it.
   */
  public void ownerDied() {
    ownerDied = true;
  }

  /**
   * Opens nothing more, and gives the row back when nothing here is pinned any more. Idempotent.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    leave();
  }

  @Override
  public String toString() {
    return "peer store " + address;
  }

  void requireOpen() {
    reader.requireOpen();
    if (closed) {
      throw new IllegalStateException("The peer store " + address + " is closed");
    }
  }

  PeerTable table() {
    return table;
  }

  PeerSegments segments() {
    return segments;
  }

  boolean pin(long slot, long generation) {
    enter();
    boolean pinned = false;
    try {
      pinned = pins.pin(slot, generation);
    } finally {
      if (!pinned) {
        leave();
      }
    }
    return pinned;
  }

  boolean unpin(long slot) {
    boolean condemned = pins.unpin(slot);
    leave();
    return condemned;
  }

  /** If the slot is condemned its owner is told that this process has nothing there (any more). */
  void nudge(long slot) {
    if (!ownerDied && SlotWord.state(table.word(slot)) == SlotState.CONDEMNED) {
      try {
        onCondemned.accept(slot);
      } catch (RuntimeException e) {
        LOG.error("The owner of {} was not told of slot {}; it will see", address, slot, e);
      }
    }
  }

  long mostBufferBytes() {
    return reader.mostBufferBytes();
  }

  void whenUnreachable(Object anchor, Runnable then) {
    reader.whenUnreachableBeyondClose(anchor, then);
  }

  /** One user more, unless the row has gone back: it may be another's by now. */
  private void enter() {
    if (users.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("The peer store " + address + " is closed");
    }
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      letGo(claim);
    }
  }

  private static void letGo(@Nullable LifeLock claim) {
    try (claim) {
      LOG.debug("A row of pins goes back to its owner");
    } catch (IOException e) {
      LOG.warn("A row of pins goes back to its owner only when this process ends", e);
    }
  }
}
