package io.mobula.internal.output;

/**
 * What happens to the output of tasks and actors.
 *
 * @param toDriver whether this process's program wants what its work prints elsewhere
 * @param capture whether what is printed here for others is sent to them
 * @param keepLocally whether such lines stand in this process's own output, too
 * @param linesPerSecond how many lines one program is sent by this process
 * @param bytesPerLine how long a line may be; the rest is cut
 */
public record OutputSettings(
    boolean toDriver, boolean capture, boolean keepLocally, int linesPerSecond, int bytesPerLine) {}
