# Cleans up behind a session however the session ends: it reads what there is to clean up from its standard input, and
# acts when that input ends, which it does even when the session is killed.
#
#   directory PATH   to be removed at the end
#   postgres PID     a postmaster to be shut down at once
#   step PID         the process group that runs now; without a PID: none runs

trap '' INT TERM HUP
directory='' postgres='' step=''
while read -r kind value; do
    case $kind in
        directory) directory=$value ;;
        postgres) postgres=$value ;;
        step) step=$value ;;
    esac
done

[ -n "$step" ] && kill -s KILL -- "-$step" 2>/dev/null
if [ -n "$postgres" ]; then
    kill -s QUIT "$postgres" 2>/dev/null
    looks=0
    while kill -0 "$postgres" 2>/dev/null && [ "$looks" -lt 100 ]; do
        sleep 0.1
        looks=$((looks + 1))
    done
fi
[ -n "$directory" ] && rm -rf -- "$directory"
