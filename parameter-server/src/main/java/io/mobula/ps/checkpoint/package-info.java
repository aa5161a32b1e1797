/**
 * Checkpoints of tables in files: how they are written so that one is there as a whole or not at
 * all, and read so that no altered byte passes for a right one.
 *
 * <p>Owns directories, files, lengths and checksums. It knows no actor, no shard and no clock of a
 * worker: who owns a table says when a checkpoint begins and ends, every shard writes its own file,
 * and what the bytes of that file mean is the shard's business, be its table dense or sparse. Of
 * this module it uses the errors alone.
 *
 * <p>A checkpoint is a directory, {@code <table>-<number>}: the table's name with every character
 * other than ASCII letters, digits, {@code _}, {@code -} and inner dots as {@code %} and four
 * hexadecimal digits of its UTF-16 unit (a name that gets too long is cut, and ends in {@code %~}
 * and its digest), and the number in twelve digits or more. Until it is complete it is a draft,
 * {@code .draft-<table>-<number>-<8 hexadecimal digits>}, beside it. In both are
 * {@code part-00000}, {@code part-00001} and so on, and last of all {@code manifest}.
 *
 * <p>A part is whatever bytes the shard has written, with nothing before, between or behind them;
 * it may have none.
 *
 * <p>The manifest, version 1, is ASCII, every line with a line feed at its end; texts in it have
 * {@code %} and whatever is not printable ASCII as in directory names. Numbers are decimal, those
 * with * hexadecimal, in eight digits. Another order, or anything else, is refused.
 *
 * <table>
 *   <caption>The lines of a manifest</caption>
 *   <tr><th>line</th><th>what</th></tr>
 *   <tr><td>1</td><td>{@code mobula-checkpoint <version>}</td></tr>
 *   <tr><td>2</td><td>{@code table=<text>}</td></tr>
 *   <tr><td>3</td><td>{@code shape=<text>}, of the items, compared as a whole</td></tr>
 *   <tr><td>4</td><td>{@code optimizer=<text>}</td></tr>
 *   <tr><td>5</td><td>{@code size=<items>}, which are parameters or rows</td></tr>
 *   <tr><td>6</td><td>{@code updates=<how many>}</td></tr>
 *   <tr><td>7</td><td>{@code parts=<how many>}, 1 or more</td></tr>
 *   <tr><td>8, ...</td><td>{@code part=<file> <from> <to, exclusive> <bytes> <CRC32C of the
 *       file*>}, in the order of their items: the first from 0, each from where the one before
 *       ends, the last to the size</td></tr>
 *   <tr><td>last</td><td>{@code crc32c=<CRC32C of the bytes of the lines above*>}; the same in all
 *       versions</td></tr>
 * </table>
 *
 * <p>The order of writing: draft directory; parts, each synced; manifest, synced; the draft
 * directory synced; the rename; the parent directory synced. A crash after any of them leaves the
 * checkpoint before it as the latest, until the rename. All of it blocks: it is for threads that
 * may wait for a disk.
 */
@NullMarked
package io.mobula.ps.checkpoint;

import org.jspecify.annotations.NullMarked;
