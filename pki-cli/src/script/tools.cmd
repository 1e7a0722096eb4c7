rem Full paths: a tool that lies in this folder must not be run. A console of 32 bits would see another registry; the
rem tools of 64 bits are in Sysnative then.
:find_tools
set "bin=%SystemRoot%\System32"
if exist "%SystemRoot%\Sysnative\reg.exe" set "bin=%SystemRoot%\Sysnative"
set "certutil=%bin%\certutil.exe"
set "powershell=%bin%\WindowsPowerShell\v1.0\powershell.exe"
set "reg=%bin%\reg.exe"
rem What was installed is marked here, kit by kit. Only administrators can write it.
set "kits=HKLM\SOFTWARE\replica-pki"
set "kit=%kits%\@THUMBPRINT@"
exit /b 0

rem Fltmc does nothing here but fail for others.
:is_administrator
"%bin%\fltmc.exe" >nul 2>&1
if %ERRORLEVEL% equ 0 exit /b 0
echo error: this must be run as administrator; nothing was changed
echo hint: right-click the file and choose to run it as administrator, or use a console that was started so
exit /b 1

rem Whether a store of the machine has a certificate: the store, the thumbprint.
:has
"%certutil%" -store %1 %2 >nul 2>&1
if %ERRORLEVEL% neq 0 exit /b 1
exit /b 0

rem 10: there is no such rule; 11: it is enabled; 12: it is disabled; others: it could not be asked.
:ask_firewall
"%powershell%" -NoProfile -NonInteractive -Command "try { $rule = Get-NetFirewallRule -Name '@FIREWALL_RULE@' -ErrorAction Stop } catch { if ($_.CategoryInfo.Category -eq 'ObjectNotFound') { exit 10 }; $_; exit 13 }; if ($rule.Enabled -eq 'True') { exit 11 }; exit 12" <nul
exit /b %ERRORLEVEL%

rem Reads a value of the registry into type and data, or leaves them undefined: the key, the value.
:read
set "type="
set "data="
for /f "tokens=1,2,*" %%A in ('%reg% query %1 /v %2 2^>nul') do if /i "%%A"=="%~2" (set "type=%%B" & set "data=%%C")
exit /b 0

rem Deletes a key of the registry that has neither values nor keys; reg may print the key's own name.
:delete_if_empty
"%reg%" query %1 >nul 2>&1
if %ERRORLEVEL% neq 0 exit /b 0
set "own=%~1"
set "inside="
for /f "delims=" %%L in ('%reg% query %1') do if /i not "%%L"=="HKEY_LOCAL_MACHINE%own:~4%" set "inside=1"
if not defined inside "%reg%" delete %1 /f >nul
exit /b 0
